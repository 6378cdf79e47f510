/** One entry of `errors` in a "Validation Failed" answer. */
export interface FieldError {
  resource: string;
  field: string;
  code: "missing" | "missing_field" | "invalid" | "already_exists" | "custom" | "unprocessable";
  message?: string;
  value?: string | number | null;
}

/** An answer with a status of 400 and more; thrown by whatever finds out that the request cannot be served. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { errors?: readonly (FieldError | string)[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

const DOCUMENTATION = "https://docs.github.com/rest";

export function errorBody(error: ApiError): Record<string, unknown> {
  return {
    message: error.message,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    documentation_url: DOCUMENTATION,
    status: String(error.status),
  };
}

export const notFound = (): ApiError => new ApiError(404, "Not Found");

export const invalid = (...errors: (FieldError | string)[]): ApiError => new ApiError(422, "Validation Failed", { errors });

/** A 422 whose sentence says everything. */
export const unprocessable = (message: string): ApiError => new ApiError(422, message);

export const notPermitted = (): ApiError => new ApiError(403, "Resource not accessible by integration");
