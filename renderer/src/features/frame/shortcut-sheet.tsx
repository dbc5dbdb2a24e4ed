import { Modal } from '@mantine/core';
import { commands } from '../../../../electron/contract/commands.ts';
import { useConsole } from '../../store/console-store.ts';
import { KeyHint } from '../../ui/key-hint.tsx';
import classes from './frame.module.css';

/** Every key of the console. */
export function ShortcutSheet() {
  const opened = useConsole((state) => state.shortcutsOpen);
  const setOpened = useConsole((state) => state.setShortcutsOpen);
  return (
    <Modal
      opened={opened}
      onClose={() => setOpened(false)}
      title="Keyboard shortcuts"
      size={640}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl className={classes.sheet}>
        {commands.map(({ id, label, keys }) =>
          keys === null ? null : (
            <div key={id}>
              <dt>{label}</dt>
              <dd>
                <KeyHint keys={keys} />
              </dd>
            </div>
          ),
        )}
        <div>
          <dt>Close what is open</dt>
          <dd>
            <KeyHint keys="Esc" />
          </dd>
        </div>
      </dl>
    </Modal>
  );
}
