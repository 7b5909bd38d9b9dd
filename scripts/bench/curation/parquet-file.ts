// A Parquet file of text columns, plainly encoded and uncompressed, written row group by row group: as large as a
// benchmark needs, in no more memory than a row group.
import { closeSync, openSync, writeSync } from 'node:fs';

const magic = Buffer.from('PAR1');

/** Thrift's compact protocol, as much of it as a footer and page headers take. */
class ThriftWriter {
  readonly #bytes: number[] = [];
  #last = 0;

  #varint(value: number): void {
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) this.#bytes.push((left % 0x80) | 0x80);
    this.#bytes.push(left);
  }

  #field(id: number, type: number): void {
    this.#bytes.push(((id - this.#last) << 4) | type);
    this.#last = id;
  }

  #zigzag(value: number): void {
    this.#varint(value * 2);
  }

  i32(id: number, value: number): this {
    this.#field(id, 5);
    this.#zigzag(value);
    return this;
  }

  i64(id: number, value: number): this {
    this.#field(id, 6);
    this.#zigzag(value);
    return this;
  }

  text(id: number, value: string): this {
    this.#field(id, 8);
    this.#plainText(value);
    return this;
  }

  #plainText(value: string): void {
    const bytes = Buffer.from(value);
    this.#varint(bytes.length);
    this.#bytes.push(...bytes);
  }

  struct(id: number, inner: ThriftWriter): this {
    this.#field(id, 12);
    this.#bytes.push(...inner.end());
    return this;
  }

  structs(id: number, items: readonly ThriftWriter[]): this {
    this.#list(id, 12, items.length);
    for (const item of items) this.#bytes.push(...item.end());
    return this;
  }

  numbers(id: number, items: readonly number[]): this {
    this.#list(id, 5, items.length);
    for (const item of items) this.#zigzag(item);
    return this;
  }

  texts(id: number, items: readonly string[]): this {
    this.#list(id, 8, items.length);
    for (const item of items) this.#plainText(item);
    return this;
  }

  #list(id: number, type: number, length: number): void {
    this.#field(id, 9);
    if (length < 15) this.#bytes.push((length << 4) | type);
    else {
      this.#bytes.push(0xf0 | type);
      this.#varint(length);
    }
  }

  end(): number[] {
    return [...this.#bytes, 0];
  }
}

const byteArray = 6;
const utf8 = 0;

export function writeParquet(
  file: string,
  columns: readonly string[],
  rows: number,
  rowsOfGroup: number,
  cell: (row: number, column: number) => string,
): void {
  const descriptor = openSync(file, 'w');
  let at = 0;
  const write = (bytes: Uint8Array): void => {
    writeSync(descriptor, bytes);
    at += bytes.length;
  };
  write(magic);
  const groups: ThriftWriter[] = [];
  for (let from = 0; from < rows; from += rowsOfGroup) {
    const count = Math.min(rowsOfGroup, rows - from);
    const begin = at;
    const chunks = columns.map((column, index) => {
      const offset = at;
      const values = Array.from({ length: count }, (_, row) => Buffer.from(cell(from + row, index)));
      const data = Buffer.concat(
        values.flatMap((value) => {
          const length = Buffer.alloc(4);
          length.writeUInt32LE(value.length);
          return [length, value];
        }),
      );
      const page = new ThriftWriter().i32(1, count).i32(2, 0).i32(3, 3).i32(4, 3);
      const header = new ThriftWriter().i32(1, 0).i32(2, data.length).i32(3, data.length).struct(5, page);
      write(Buffer.from(header.end()));
      write(data);
      const size = at - offset;
      const meta = new ThriftWriter().i32(1, byteArray).numbers(2, [0]).texts(3, [column]).i32(4, 0);
      meta.i64(5, count).i64(6, size).i64(7, size).i64(9, offset);
      return new ThriftWriter().i64(2, offset).struct(3, meta);
    });
    groups.push(
      new ThriftWriter()
        .structs(1, chunks)
        .i64(2, at - begin)
        .i64(3, count),
    );
  }
  const root = new ThriftWriter().text(4, 'root').i32(5, columns.length);
  const leaves = columns.map((name) =>
    new ThriftWriter().i32(1, byteArray).i32(3, 0).text(4, name).i32(6, utf8),
  );
  const footer = new ThriftWriter()
    .i32(1, 1)
    .structs(2, [root, ...leaves])
    .i64(3, rows)
    .structs(4, groups)
    .end();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  write(Buffer.concat([Buffer.from(footer), length, magic]));
  closeSync(descriptor);
}
