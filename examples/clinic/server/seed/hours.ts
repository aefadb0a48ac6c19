/** When the clinic's providers work. Data only: a week is one like another, whatever the clocks and the calendar do. */

export interface Hours {
  /** 1 is Monday. */
  readonly weekdays: readonly number[];
  /** By the facility's clocks. Hours after 24:00 are those of the day after: 30:00 is six in the morning. */
  readonly from: string;
  readonly to: string;
  /** The length of a slot. Default: one slot from beginning to end. */
  readonly minutes?: number;
  /** Default 1. */
  readonly seats?: number;
  readonly service: string;
  /** The slots are blocked, for this reason. */
  readonly blocked?: string;
  /** No slots are made: patients choose how long it takes, in steps of its length. */
  readonly isComputed?: true;
}

export interface Schedule {
  readonly providerId: string;
  readonly facilityId: string;
  readonly hours: readonly Hours[];
  /** What patients come for. */
  readonly complaints: readonly string[];
  /** On which share of the days somebody waits for a time that another patient has. */
  readonly waiting: number;
}

const lunch = (...weekdays: readonly number[]): Hours => {
  return { weekdays, from: "12:00", to: "13:00", service: "Lunch", blocked: "Lunch" };
};

const physiotherapy = (...weekdays: readonly number[]): readonly Hours[] => [
  { weekdays, from: "09:00", to: "12:00", minutes: 30, service: "Physiotherapy" },
  lunch(...weekdays),
  { weekdays, from: "13:00", to: "16:00", minutes: 45, service: "Manual therapy" },
];

const pains = ["Lower back pain", "Shoulder after a fall", "Knee, six weeks after surgery", "Stiff neck"];

export const schedules: readonly Schedule[] = [
  {
    providerId: "dr-osei",
    facilityId: "harbour",
    hours: [
      { weekdays: [1, 2, 3, 4, 5], from: "08:00", to: "12:00", minutes: 20, service: "Consultation" },
      lunch(1, 2, 4),
      { weekdays: [1, 2, 4], from: "13:30", to: "17:00", minutes: 30, service: "Check-up" },
    ],
    complaints: ["Cough for two weeks", "Blood pressure", "Vaccination", "Results of the blood test", "Headaches"],
    waiting: 0.6,
  },
  {
    providerId: "j-lindqvist",
    facilityId: "harbour",
    hours: [
      ...physiotherapy(1, 3, 5),
      { weekdays: [3], from: "16:30", to: "17:30", seats: 8, service: "Back school, a group of eight" },
    ],
    complaints: pains,
    waiting: 0.5,
  },
  {
    providerId: "j-lindqvist",
    facilityId: "hillside",
    hours: [
      ...physiotherapy(2, 4),
      { weekdays: [4], from: "16:30", to: "17:30", seats: 6, service: "Back school, a group of six" },
      { weekdays: [6], from: "09:00", to: "13:00", minutes: 15, isComputed: true, service: "As long as it takes" },
    ],
    complaints: pains,
    waiting: 0.5,
  },
  {
    providerId: "sleep-lab",
    facilityId: "harbour",
    // In the night in which the clocks change, the second one is an hour shorter or longer.
    hours: [
      { weekdays: [1, 2, 3, 4, 6], from: "22:00", to: "25:00", service: "Falling asleep" },
      { weekdays: [1, 2, 3, 4, 6], from: "25:00", to: "30:00", service: "A whole night" },
    ],
    complaints: ["Wakes up tired", "Snoring", "Legs do not rest"],
    waiting: 0.2,
  },
];

/** Days on which a facility is closed, as month and day, and why. Feasts that move are left out. */
export const holidays: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  harbour: {
    "01-01": "New Year",
    "05-01": "Labour Day",
    "10-03": "Day of German Unity",
    "10-31": "Reformation Day",
    "12-25": "Christmas",
    "12-26": "Christmas",
  },
  hillside: {
    "01-01": "New Year",
    "04-25": "Freedom Day",
    "05-01": "Labour Day",
    "06-10": "Portugal Day",
    "08-15": "Assumption",
    "10-05": "Republic Day",
    "11-01": "All Saints",
    "12-01": "Restoration of Independence",
    "12-08": "Immaculate Conception",
    "12-25": "Christmas",
  },
};
