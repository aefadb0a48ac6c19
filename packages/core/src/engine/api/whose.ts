import type { Shown } from "../../model/shown.ts";

/** What a command takes: the engine of an actor has its actor already. */
export type InputOf<Input, Whose extends "host" | "actor"> = Whose extends "actor" ? WithoutActor<Input> : Input;

/** An input without its actor. */
export type WithoutActor<Input> = Input extends unknown ? Omit<Input, "actor"> : never;

/** What a read shows: of a record that an actor reads, fields that `authorize` may hide can be null. */
export type SeenBy<Item, Whose extends "host" | "actor"> = Whose extends "actor" ? Shown<Item> : Item;
