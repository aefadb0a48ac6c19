import { stripTypeScriptTypes } from "node:module";

/** As Node itself does: what is left is the JavaScript that was written. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
