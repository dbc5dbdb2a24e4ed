import { commands } from '../../../../electron/contract/commands.ts';
import { Card } from '../../ui/card.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import table from '../../ui/table.module.css';

export function Shortcuts() {
  return (
    <Card title="Shortcuts" note="the number keys alone choose a screen too">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Command</th>
            <th scope="col" style={{ width: 120 }}>
              Menu
            </th>
            <th scope="col" style={{ width: 160 }}>
              Keys
            </th>
          </tr>
        </thead>
        <tbody>
          {commands.map(({ id, label, menu, keys }) => (
            <tr key={id}>
              <td className={table.name}>{label}</td>
              <td>{menu}</td>
              <td>{keys === null ? 'in the palette' : <KeyHint keys={keys} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
