import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Input,
  Kbd,
  type MantineColorsTuple,
  Modal,
  NumberInput,
  Popover,
  Progress,
  Radio,
  SegmentedControl,
  Select,
  Slider,
  Switch,
  Tooltip,
} from '@mantine/core';
import classes from './theme.module.css';

const marquee = Array.from({ length: 10 }, (_, shade) => `var(--rm-marquee-${shade})`) as unknown as MantineColorsTuple;

/** Neutral "on": amber stays free for the primary action. */
const neutral = 'var(--rm-text-primary)';

/** Mantine's theme, built from tokens.css alone. */
export const theme = createTheme({
  colors: { marquee },
  primaryColor: 'marquee',
  primaryShade: 5,
  autoContrast: false,
  fontFamily: 'var(--rm-font-ui)',
  fontFamilyMonospace: 'var(--rm-font-mono)',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '16px', xl: '18px' },
  lineHeights: { xs: '1.4', sm: '1.4', md: '1.4', lg: '1.25', xl: '1.25' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '8px', xl: '8px' },
  shadows: {
    xs: 'none',
    sm: 'none',
    md: 'var(--rm-shadow-float)',
    lg: 'var(--rm-shadow-float)',
    xl: 'var(--rm-shadow-dialog)',
  },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: Button.extend({
      defaultProps: { variant: 'default', size: 'md' },
      classNames: { root: classes.button, label: classes.buttonLabel, section: classes.buttonSection },
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'default' }, classNames: { root: classes.actionIcon } }),
    Input: Input.extend({ classNames: { input: classes.input, section: classes.inputSection } }),
    InputWrapper: Input.Wrapper.extend({
      classNames: { label: classes.inputLabel, description: classes.inputHint, error: classes.inputError },
    }),
    NumberInput: NumberInput.extend({ defaultProps: { hideControls: true } }),
    Select: Select.extend({
      defaultProps: { comboboxProps: { shadow: 'md', transitionProps: { duration: 0 } }, allowDeselect: false },
      classNames: { dropdown: classes.floating, option: classes.option },
    }),
    Switch: Switch.extend({
      defaultProps: { color: neutral, size: 'xs', withThumbIndicator: false },
      classNames: { track: classes.switchTrack, thumb: classes.switchThumb, label: classes.switchLabel },
    }),
    Radio: Radio.extend({
      defaultProps: { color: neutral, size: 'xs' },
      classNames: { radio: classes.radio, icon: classes.radioIcon },
    }),
    Slider: Slider.extend({
      defaultProps: { color: neutral, size: 4, thumbSize: 16, label: null },
      classNames: {
        track: classes.sliderTrack,
        bar: classes.sliderBar,
        thumb: classes.sliderThumb,
        mark: classes.sliderMark,
        markLabel: classes.sliderMarkLabel,
      },
    }),
    SegmentedControl: SegmentedControl.extend({
      defaultProps: { transitionDuration: 0, withItemsBorders: false, size: 'sm' },
      classNames: {
        root: classes.segmented,
        label: classes.segmentedLabel,
        indicator: classes.segmentedIndicator,
        control: classes.segmentedControl,
        innerLabel: classes.segmentedInner,
      },
    }),
    Progress: Progress.extend({
      defaultProps: { color: 'var(--rm-chart-1)', size: 6, radius: 3 },
      classNames: { root: classes.progress },
    }),
    Popover: Popover.extend({
      defaultProps: { shadow: 'md', transitionProps: { duration: 0 } },
      classNames: { dropdown: classes.floating },
    }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 400, transitionProps: { duration: 0 }, withinPortal: true },
      classNames: { tooltip: classes.tooltip },
    }),
    Modal: Modal.extend({
      defaultProps: { transitionProps: { duration: 0 }, shadow: 'xl', radius: 'lg' },
      classNames: { content: classes.modal, header: classes.modal, title: classes.modalTitle },
    }),
    Kbd: Kbd.extend({ classNames: { root: classes.kbd } }),
  },
});

/** The same for both schemes: the tokens switch by themselves. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const variables = {
    '--mantine-color-body': 'var(--rm-bg-app)',
    '--mantine-color-text': 'var(--rm-text-primary)',
    '--mantine-color-bright': 'var(--rm-text-primary)',
    '--mantine-color-dimmed': 'var(--rm-text-tertiary)',
    '--mantine-color-placeholder': 'var(--rm-text-tertiary)',
    '--mantine-color-default': 'var(--rm-bg-raised)',
    '--mantine-color-default-hover': 'var(--rm-bg-hover)',
    '--mantine-color-default-color': 'var(--rm-text-primary)',
    '--mantine-color-default-border': 'var(--rm-border-default)',
    '--mantine-color-error': 'var(--rm-error)',
    '--mantine-color-disabled': 'var(--rm-bg-raised)',
    '--mantine-color-disabled-color': 'var(--rm-text-disabled)',
    '--mantine-color-disabled-border': 'var(--rm-border-subtle)',
    '--mantine-color-anchor': 'var(--rm-info)',
    '--mantine-primary-color-contrast': 'var(--rm-accent-on)',
  };
  return { variables: {}, light: variables, dark: variables };
};
