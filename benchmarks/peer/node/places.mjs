// Clocks and business days, from tables that the host makes of its time zones and calendars (see node.py).

const OPENS = 9 * 3600;
const CLOSES = 17 * 3600;
const DAY = 86400;

class Place {
  // starts: the first instant of each day; works: whether people work on that day; turns: the moments of clock changes.
  constructor({ first, starts, turns }, works) {
    Object.assign(this, { first: Date.parse(first) / 86400000, starts, turns, works });
    this.ends = new Map();
  }

  endOfDay(day) {
    let end = this.ends.get(day);
    if (end === undefined) {
      end = this.starts[Date.parse(day) / 86400000 - this.first + 1] - 1;
      this.ends.set(day, end);
    }
    return end;
  }

  businessDaysAfter(moment, count) {
    let no = this.dayOf(moment);
    let clock = this.clock(moment, no);
    if (!this.works[no]) {
      clock = 0;
      count++;
    }
    while (count) if (this.works[++no]) count--;
    return this.instant(no, clock);
  }

  officeTime(now) {
    const no = this.dayOf(now);
    const clock = this.clock(now, no);
    return this.works[no] && OPENS <= clock && clock <= CLOSES;
  }

  dayOf(moment) {
    let no = Math.floor((moment - this.starts[0]) / DAY); // off by one at most, where clocks change
    while (this.starts[no] > moment) no--;
    while (this.starts[no + 1] <= moment) no++;
    return no;
  }

  // The time on the clock, in seconds since midnight.
  clock(moment, no) {
    const turn = this.turns[no];
    const since = moment - this.starts[no];
    return turn !== undefined && moment >= turn ? since + this.shift(no) : since;
  }

  // The moment at which the clock shows that time.
  instant(no, clock) {
    const turn = this.turns[no];
    const before = this.starts[no] + clock;
    if (turn === undefined || before < turn) return before;
    const after = before - this.shift(no);
    return after >= turn ? after : before;
  }

  shift(no) {
    return DAY - (this.starts[no + 1] - this.starts[no]);
  }
}

export class Places {
  zones = {};
  countries = {};
  made = new Map();

  add({ zones, countries }) {
    Object.assign(this.zones, zones);
    Object.assign(this.countries, countries);
  }

  get(zone, country) {
    const key = `${zone} ${country}`;
    let place = this.made.get(key);
    if (!place) {
      place = new Place(this.zones[zone], this.countries[country ?? ""]);
      this.made.set(key, place);
    }
    return place;
  }
}
