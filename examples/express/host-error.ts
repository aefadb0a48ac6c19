/** What the host itself refuses, beside the library's codes: HTTP status, title, and whether a person gets further. */
const catalogue = {
  not_signed_in: { status: 401, title: "It is not known who asks", recoverable: true },
  bad_request: { status: 400, title: "The request cannot be read", recoverable: true },
  route_not_found: { status: 404, title: "There is no such route", recoverable: false },
  payload_too_large: { status: 413, title: "The request is too large", recoverable: true },
  not_json: { status: 415, title: "The request's body is not JSON", recoverable: true },
  invoice_refused: { status: 422, title: "The invoice cannot be written", recoverable: true },
  internal_error: { status: 500, title: "The server failed", recoverable: false },
} as const;

type Scenario = keyof typeof catalogue;

/** The host's own error, which answers in the same shape as the library's `BookingError`. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly transient = false;
  readonly scenario: Scenario;
  readonly details: object;

  constructor(scenario: Scenario, message: string, details: object = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.scenario = scenario;
    this.details = details;
  }

  get status(): number {
    return catalogue[this.scenario].status;
  }

  toResponse(): object {
    const { message, scenario, details } = this;
    return { success: false, message, scenario, details, recoverable: catalogue[scenario].recoverable };
  }

  toProblem(): object {
    const { message, scenario, details, transient } = this;
    const { title, status, recoverable } = catalogue[scenario];
    const type = `urn:example:error:${scenario}`;
    return { type, title, status, detail: message, code: scenario, details, recoverable, transient };
  }
}
