import { Popover, UnstyledButton } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { Calendar, ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { currentDayOf, useShownDay } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { runCommand } from '../../store/run-command.ts';
import { Icon } from '../../ui/icon.tsx';
import { dayWords } from '../../ui/time-words.ts';
import classes from './frame.module.css';

/** Previous day, the day with its calendar, next day. The current day is followed, not fixed. */
export function DayPicker() {
  const [opened, setOpened] = useState(false);
  const { day, isCurrent } = useShownDay();
  const current = useConsole(currentDayOf);
  const setDay = useConsole((state) => state.setDay);
  const choose = (chosen: string | null): void => {
    if (chosen !== null) setDay(chosen >= current ? null : chosen);
    setOpened(false);
  };
  return (
    <fieldset className={classes.days} aria-label="Business day">
      <UnstyledButton className={classes.dayStep} aria-label="Previous day" onClick={() => runCommand('day.previous')}>
        <Icon of={ChevronLeft} />
      </UnstyledButton>
      <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton className={classes.day} onClick={() => setOpened((open) => !open)}>
            <Icon of={Calendar} small />
            <span className={classes.dayName}>{dayWords(day, 'full')}</span>
            {isCurrent ? <span className={classes.tag}>Today</span> : null}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown aria-label="Choose a business day">
          <DatePicker
            value={day}
            defaultDate={day}
            maxDate={current}
            onChange={choose}
            size="xs"
            classNames={{ day: classes.calendarDay ?? '' }}
            ariaLabels={{
              previousMonth: 'Previous month',
              nextMonth: 'Next month',
              monthLevelControl: 'Choose a month',
            }}
          />
        </Popover.Dropdown>
      </Popover>
      {isCurrent ? null : (
        <UnstyledButton className={classes.dayToday} onClick={() => runCommand('day.today')}>
          Today
        </UnstyledButton>
      )}
      <UnstyledButton
        className={classes.dayStep}
        aria-label="Next day"
        disabled={isCurrent}
        onClick={() => runCommand('day.next')}
      >
        <Icon of={ChevronRight} />
      </UnstyledButton>
    </fieldset>
  );
}
