import { config } from "zod";

// The page's content security policy forbids `eval`, which Zod would try as soon as a schema is made.
config({ jitless: true });
