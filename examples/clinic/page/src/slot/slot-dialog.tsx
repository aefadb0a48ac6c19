export function SlotDialog(_: { readonly slotId: string; readonly onClose: () => void }) {
  return null;
}
