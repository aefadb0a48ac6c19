const inUtc = (at: Date): string => at.toISOString().replace(/[-:]|\.\d+/g, "");

const eventAt = ({ start, end }: { readonly start: Date; readonly end: Date }, index: number): readonly string[] => [
  "BEGIN:VEVENT",
  `UID:${index}@hospital.example`,
  "DTSTAMP:20270301T120000Z",
  `DTSTART:${inUtc(start)}`,
  `DTEND:${inUtc(end)}`,
  "END:VEVENT",
];

/** A file of a calendar in which somebody is busy at these times. */
export function calendarOf(...times: readonly { readonly start: Date; readonly end: Date }[]) {
  const head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//North Hospital//Theatre plan//EN"];
  return calendarFile([...head, ...times.flatMap(eventAt), "END:VCALENDAR"].join("\r\n"));
}

export const calendarFile = (text: string) => ({
  name: "hospital.ics",
  mimeType: "text/calendar",
  buffer: Buffer.from(text),
});
