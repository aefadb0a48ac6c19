import { config } from "zod";

// The page's content security policy lets nobody make code of text. Zod would try that as soon as a schema is made.
config({ jitless: true });
