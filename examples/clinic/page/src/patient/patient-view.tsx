export function PatientView() {
  return <section aria-label="Patient" />;
}
