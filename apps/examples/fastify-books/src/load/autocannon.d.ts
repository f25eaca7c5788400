/** The part of autocannon that is used; it comes without types. */
declare module "autocannon" {
  interface SentRequest {
    method?: string;
    path?: string;
    body?: string;
    headers?: Record<string, string>;
    setupRequest?: (request: SentRequest) => SentRequest;
  }
  interface Options {
    url: string;
    connections: number;
    duration: number;
    requests: SentRequest[];
  }
  interface Result {
    readonly requests: { readonly average: number };
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
    readonly "2xx": number;
    readonly non2xx: number;
    readonly errors: number;
    readonly timeouts: number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
