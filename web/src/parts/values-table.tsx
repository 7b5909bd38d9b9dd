/** The values of a drawing as a table that scrolls: what stands on the horizontal axis, and a column for each series. */
export interface ValuesTableProps {
  readonly label: string;
  readonly rows: readonly (string | number)[];
  readonly columns: readonly { readonly name: string; readonly cell: (row: number) => string }[];
}

export function ValuesTable({ label, rows, columns }: ValuesTableProps) {
  return (
    <div class="chart-values" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{label}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={`${index} ${row}`}>
              <th scope="row">{row}</th>
              {columns.map(({ name, cell }) => (
                <td key={name} class="number">
                  {cell(index)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
