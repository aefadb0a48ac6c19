export function CalendarView() {
  return <section aria-label="Calendar" />;
}
