/** The parts of kafkajs' inside that are used: see fetch-decoder.ts and topic-identity.ts. */
declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Question {
    readonly request: object;
    readonly response: { parse(data: object): Promise<object>; decode(bytes: Buffer): Promise<object> };
    readonly requestTimeout?: number;
  }
  interface Protocol {
    versions: readonly string[];
    protocol(version: { readonly version: number }): (options: object) => Question;
  }
  const requests: { readonly requests: { readonly Fetch: Protocol; readonly Metadata: Protocol } };
  export default requests;
}
declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string): this;
    writeBoolean(value: boolean): this;
    writeBuffer(value: Buffer): this;
  }
}
