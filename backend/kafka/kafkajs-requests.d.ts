/** The one part of kafkajs' inside that is used: see fetch-decoder.ts. */
declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Question {
    readonly request: object;
    readonly response: { parse(data: object): Promise<object>; decode(bytes: Buffer): Promise<object> };
    readonly requestTimeout?: number;
  }
  interface Protocol {
    protocol(version: { readonly version: number }): (options: object) => Question;
  }
  const requests: { readonly requests: { readonly Fetch: Protocol } };
  export default requests;
}
