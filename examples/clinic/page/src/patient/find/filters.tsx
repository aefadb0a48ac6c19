import { Options } from "../../fields/options.tsx";
import { SelectField } from "../../fields/select-field.tsx";
import { useDirectory } from "../../person.ts";
import type { Wish } from "./search.ts";

interface FiltersProps {
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
}

/** With whom, and where. A provider who is not at the chosen facility goes with it, and the other way round. */
export function Filters({ wish, onWish }: FiltersProps) {
  const { providers, facilities } = useDirectory();
  const isAt = (providerId: string | null, facilityId: string | null) =>
    facilityId === null || providers.find(({ id }) => id === providerId)?.facilityIds.includes(facilityId) !== false;

  function choose({ providerId, facilityId }: Wish, latest: keyof Wish): void {
    const wanted = { providerId, facilityId };
    const other = latest === "providerId" ? "facilityId" : "providerId";
    onWish(isAt(providerId, facilityId) ? wanted : { ...wanted, [other]: null });
  }

  return (
    <div className="find-filters">
      <SelectField
        id="find-provider"
        label="With"
        value={wish.providerId ?? ""}
        onValue={(value) => choose({ ...wish, providerId: value || null }, "providerId")}
      >
        <option value="">Anyone</option>
        <Options of={providers.map(({ id, name, role }) => ({ id, name: `${name} · ${role}` }))} />
      </SelectField>
      <SelectField
        id="find-facility"
        label="At"
        value={wish.facilityId ?? ""}
        onValue={(value) => choose({ ...wish, facilityId: value || null }, "facilityId")}
      >
        <option value="">Any place</option>
        <Options of={facilities} />
      </SelectField>
    </div>
  );
}
