/**
 * Dates as Vector's logs write them, in the local time of whoever wrote them: `Tue Nov 14 10:13:20.123 pm 2023`, with or
 * without fraction and am/pm, in English or German (whose March may be UTF-8 read as Latin-1).
 */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH_NUMBERS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(MONTHS.map((name, number) => [name.toLowerCase(), number])),
  mär: 2, 'mã¤r': 2, mrz: 2, mai: 4, okt: 9, dez: 11,
}

const DATE = /^\s*\S+\s+(\S{3,4})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:\s+([ap]m))?\s+(\d{4})\s*$/i

/** Nanoseconds since 1970 of a date with its weekday in front; undefined when it is none. */
export function parseAscDate(text: string): number | undefined {
  const match = DATE.exec(text)
  if (!match) return undefined
  const [, monthName, day, hourText, minute, second, fraction, half, year] = match
  const month = MONTH_NUMBERS[monthName!.toLowerCase()]
  let hour = Number(hourText)
  if (half !== undefined) hour = hour % 12 + (half.toLowerCase() === 'pm' ? 12 : 0)
  if (month === undefined || hour > 23) return undefined
  const time_ms = new Date(Number(year), month, Number(day), hour, Number(minute), Number(second)).getTime()
  return time_ms * 1e6 + Number((fraction ?? '').padEnd(9, '0'))
}

/** The whole milliseconds of a time as such a date. */
export function formatAscDate(time_ns: number): string {
  const date = new Date(Math.floor(time_ns / 1e6))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hour = date.getHours()
  const clock = `${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  const half = hour < 12 ? 'am' : 'pm'
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${two(date.getDate())} `
    + `${clock}.${String(date.getMilliseconds()).padStart(3, '0')} ${half} ${date.getFullYear()}`
}
