/** Numbers, dates and times as the design language writes them (24 hours, true minus, narrow no-break space). */

const NARROW = '\u202f';
const MINUS = '\u2212';
const DAY = 86_400_000;

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Microseconds since 1970, as the wire has them, in milliseconds; undefined where there is none. */
export function millis(micros: string | undefined): number | undefined {
  return micros === undefined || micros === '0' ? undefined : Number(micros) / 1000;
}

export function number(value: number, decimals = 0): string {
  const [whole = '0', rest] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, NARROW);
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? MINUS : '';
  return sign + grouped + (rest === undefined ? '' : `.${rest}`);
}
/** A change: always with its sign. */
export function signed(value: number, decimals = 0): string {
  return value > 0 ? `+${number(value, decimals)}` : number(value, decimals);
}
/** Thousandths as per cents. */
export function permille(value: number): string {
  return `${number(value / 10)}${NARROW}%`;
}
export function days(value: number): string {
  return `${number(value)}${NARROW}d`;
}

const SYMBOLS: Record<string, string> = { EUR: '€', USD: '$', GBP: '£', JPY: '¥', CHF: 'CHF ' };
/** An amount in minor units: `€61 k`, `€412`. */
export function money(minor: number, currency: string | undefined, sign = false): string {
  const whole = minor / 100;
  const size = Math.abs(whole);
  const short =
    size >= 1_000_000
      ? `${number(size / 1_000_000, 1)}${NARROW}M`
      : size >= 1_000
        ? `${number(size / 1_000)}${NARROW}k`
        : number(size);
  const before = minor < 0 ? MINUS : sign && minor > 0 ? '+' : '';
  return before + (SYMBOLS[currency ?? ''] ?? `${currency ?? ''} `) + short;
}

const two = (value: number): string => String(value).padStart(2, '0');
/** `14:02` */
export function clock(at: number): string {
  const time = new Date(at);
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}
/** `14:02:06` */
export function seconds(at: number): string {
  return `${clock(at)}:${two(new Date(at).getSeconds())}`;
}
/** `19 Nov`; with the year where it is another than `now`'s. */
export function date(at: number, now = Date.now()): string {
  const day = new Date(at);
  const year = day.getFullYear() === new Date(now).getFullYear() ? '' : ` ${String(day.getFullYear())}`;
  return `${String(day.getDate())} ${MONTHS[day.getMonth()] ?? ''}${year}`;
}
/** `Thu 19 Nov` */
export function day(at: number, now = Date.now()): string {
  return `${weekday.format(new Date(at))} ${date(at, now)}`;
}
/** `Thu 19 Nov, 14:02` */
export function moment(at: number, now = Date.now()): string {
  return `${day(at, now)}, ${clock(at)}`;
}
/** A day's number since 1970 (UTC) as `19 Nov`. */
export function dayNumber(number: number): number {
  return number * DAY + DAY / 2;
}
/** `today 17:00`, `Tue 17:00` within a week, else `19 Nov`. */
export function due(at: number, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight && at < midnight + DAY) return `today ${clock(at)}`;
  if (at > now && at - now < 6 * DAY) return `${weekday.format(new Date(at))} ${clock(at)}`;
  return date(at, now);
}
/** Whole days from one time to another: the age of a card. */
export function age(from: number, to: number): string {
  return days(Math.max(0, Math.floor((to - from) / DAY)));
}
/** `0.4 s`, only below a minute. */
export function elapsed(ms: number): string {
  return ms < 10_000 ? `${number(ms / 1000, 1)}${NARROW}s` : `${number(ms / 1000)}${NARROW}s`;
}
/** How long there was silence: `for 40 s`, `for 17 min`, `for 3 h`. */
export function silent(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `for ${number(Math.max(0, ms) / 1000)}${NARROW}s`;
  return minutes < 120 ? `for ${number(minutes)}${NARROW}min` : `for ${number(minutes / 60)}${NARROW}h`;
}
export function version(value: number): string {
  return `v${String(value)}`;
}
/** `3 events`, `1 event` */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}
/** `T-12, T-15 and T-19` */
export function list(items: readonly string[], last = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1) ?? ''}`;
}
/** Two letters for a round portrait. */
export function initials(name: string): string {
  return Array.from(name.trim()).slice(0, 2).join('') || '?';
}
/** The size of a file: `12 kB`, `3.4 MB`. */
export function bytes(value: number): string {
  if (value < 1_000) return `${number(value)}${NARROW}B`;
  if (value < 1_000_000) return `${number(value / 1_000)}${NARROW}kB`;
  return value < 1_000_000_000
    ? `${number(value / 1_000_000, 1)}${NARROW}MB`
    : `${number(value / 1_000_000_000, 1)}${NARROW}GB`;
}
/** Minutes as people say them: `1 h 30 min`. */
export function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${number(rest)}${NARROW}min`;
  return `${number(hours)}${NARROW}h${rest === 0 ? '' : ` ${number(rest)}${NARROW}min`}`;
}
/** Hours as people say them: `36 hours`, `7 days`. */
export function hours(value: number): string {
  return value >= 72 && value % 24 === 0 ? count(value / 24, 'day') : count(value, 'hour');
}
