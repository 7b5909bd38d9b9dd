/**
 * Writes protobuf messages by hand: fields in the order of the calls, by their numbers. Enough for the formats that QED
 * writes, whose messages are known; it reads nothing.
 */
export class ProtobufWriter {
  #chunks: Uint8Array[] = [];
  #length = 0;

  integer(field: number, value: number): this {
    return this.#varint((field << 3) | 0).#varint(value);
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    return this.#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  double(field: number, value: number): this {
    this.#varint((field << 3) | 1);
    return this.#push(new Uint8Array(Float64Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint((field << 3) | 2)
      .#varint(value.length)
      .#push(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, writer: ProtobufWriter): this {
    this.#varint((field << 3) | 2).#varint(writer.#length);
    for (const chunk of writer.#chunks) this.#push(chunk);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, offset);
      offset += chunk.length;
    }
    return out;
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }

  #varint(value: number): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#push(Uint8Array.from(bytes));
  }
}
