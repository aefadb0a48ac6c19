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
  return (
    <div className="find-filters">
      <div className="field">
        <label htmlFor="find-provider">With</label>
        <select
          id="find-provider"
          value={wish.providerId ?? ""}
          onChange={({ target }) => {
            const providerId = target.value || null;
            onWish({ providerId, facilityId: isAt(providerId, wish.facilityId) ? wish.facilityId : null });
          }}
        >
          <option value="">Anyone</option>
          {providers.map(({ id, name, role }) => (
            <option key={id} value={id}>
              {name} · {role}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="find-facility">At</label>
        <select
          id="find-facility"
          value={wish.facilityId ?? ""}
          onChange={({ target }) => {
            const facilityId = target.value || null;
            onWish({ facilityId, providerId: isAt(wish.providerId, facilityId) ? wish.providerId : null });
          }}
        >
          <option value="">Any place</option>
          {facilities.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
