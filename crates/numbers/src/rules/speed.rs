//! Distance, speed and time: meeting, catching up, with and against a current, averages, trains over bridges.

use super::found::{Found, Sense, solved};
use crate::math::{exact, int};
use crate::measure::{LENGTH, Quantity, SPEED, TIME, Unit, quantities, unit};
use crate::text::{Lang, Sheet};

/// Reads such a problem.
pub fn read(sheet: &mut Sheet) -> Option<Found> {
    if sheet.lang == Lang::Ja {
        return None;
    }
    [current, train, average, catch_up, meet, simple].iter().find_map(|rule| rule(&mut sheet.clone()))
}

/// Quantities of the text by dimension, and the units that the first of them have.
struct Given {
    lengths: Vec<Quantity>,
    times: Vec<Quantity>,
    speeds: Vec<Quantity>,
    length: Unit,
    time: Unit,
}

impl Given {
    fn read(sheet: &mut Sheet) -> Option<Given> {
        let all = quantities(sheet);
        let of = |dimension| all.iter().filter(|q| q.unit.dimension == dimension).cloned().collect::<Vec<_>>();
        let (lengths, times, speeds) = (of(LENGTH), of(TIME), of(SPEED));
        if lengths.len() + times.len() + speeds.len() != all.len() {
            return None;
        }
        // The units of the first speed, as `km/hours`, or those of a length and a time.
        let named = |text: &str| unit(text);
        let (length, time) = match speeds.first() {
            Some(speed) => {
                let (length, time) = speed.unit.name.split_once('/')?;
                (named(length)?, named(time)?)
            }
            None => (lengths.first()?.unit.clone(), times.first()?.unit.clone()),
        };
        Some(Given { lengths, times, speeds, length, time })
    }

    /// The values in the units of this reading, as numbers for equations.
    fn values(&self, list: &[Quantity]) -> Option<Vec<String>> {
        let speed = crate::measure::per(&self.length, &self.time);
        let unit = |q: &Quantity| match q.unit.dimension {
            LENGTH => self.length.clone(),
            TIME => self.time.clone(),
            _ => speed.clone(),
        };
        list.iter()
            .map(|q| Some(exact(&q.in_unit(&unit(q))?)).map(|n| if n.contains('/') { format!("({n})") } else { n }))
            .collect()
    }
}

/// The unit that is asked for, or the one that the text counts in, and how many of it make one of that.
fn asked_unit(sheet: &Sheet, own: &Unit, zh: &[&str], en: &[&str]) -> Option<(Unit, String)> {
    let names = crate::measure::names(sheet.lang);
    let patterns: Vec<String> = match sheet.lang {
        Lang::En => en.iter().map(|p| p.replace("UNIT", &format!("({names})"))).collect(),
        _ => zh.iter().map(|p| p.replace("UNIT", &format!("({names})"))).collect(),
    };
    let found = patterns.iter().find_map(|p| Some(crate::text::pattern(p).captures(&sheet.text)?[1].to_owned()));
    let asked = match found {
        Some(name) => unit(&name)?,
        None => own.clone(),
    };
    (asked.dimension == own.dimension).then(|| {
        let factor = &own.factor / &asked.factor;
        let times = if factor == int(1) { String::new() } else { format!(" * ({})", exact(&factor)) };
        (asked, times)
    })
}

const MEET: &str = r"towards? (?:each other|one another)|meet|相向|相对|对开|相遇|迎面";
const APART: &str = r"opposite directions?|相反方向|背向|反方向|相背";

fn meet(sheet: &mut Sheet) -> Option<Found> {
    let apart = sheet.has(APART);
    if !apart && !sheet.has(MEET) {
        return None;
    }
    let hour_question = asks_time(sheet);
    let distance_question = asks_distance(sheet);
    let given = Given::read(sheet)?;
    let speeds = given.values(&given.speeds)?;
    let [a, b] = speeds.as_slice() else { return None };
    common(sheet);
    sheet.all(r"in the opposite direction|at the same time|leave(?:s)? the same (?:place|town|station|point)|each other|one another|同时|分别|两地相距|从同一[地点]*");
    let (names, zh) = (["distance", "time"], sheet.lang != Lang::En);
    let [distance, time] = if zh { ["路程", "时间"] } else { names };
    let (lengths, times) = (given.values(&given.lengths)?, given.values(&given.times)?);
    match (lengths.as_slice(), times.as_slice()) {
        ([d], []) if hour_question => {
            let (asked, by) = asked_unit(sheet, &given.time, &["(?:多少|几)个?UNIT"], &[r"(?:how many|in) UNIT\b"])?;
            question(sheet)?;
            let equations = [format!("({a} + {b}) * {time} = {d}"), format!("answer = {time}{by}")];
            finish(sheet, &equations, &asked.name)
        }
        ([], [t]) if distance_question => {
            let (asked, by) =
                asked_unit(sheet, &given.length, &["(?:多少|几)UNIT"], &[r"how many UNIT\b", r"in UNIT\?"])?;
            question(sheet)?;
            let equations = [format!("{distance} = ({a} + {b}) * {t}"), format!("answer = {distance}{by}")];
            finish(sheet, &equations, &asked.name)
        }
        _ => None,
    }
}

fn catch_up(sheet: &mut Sheet) -> Option<Found> {
    if !sheet.has(r"catch(?:es)? up|overtakes?|追上|追及|追到|赶上") || !asks_time(sheet) {
        return None;
    }
    // From whose start the time is asked decides the answer: only the second's is read.
    let second = sheet.has(r"after (?:its|his|her) (?:own )?start|does (?:the|it|he|she|[a-z]+)[a-z ]* (?:need|take) to (?:catch|overtake)|will it take|does it take")
        || (sheet.lang == Lang::Zh && !sheet.has("共(?:行|走)"));
    if !second {
        return None;
    }
    let given = Given::read(sheet)?;
    let speeds = given.values(&given.speeds)?;
    let [a, b] = speeds.as_slice() else { return None };
    let (lengths, times) = (given.values(&given.lengths)?, given.values(&given.times)?);
    let time = if sheet.lang == Lang::En { "time" } else { "时间" };
    let (slow, fast) = match given.speeds[0].base() < given.speeds[1].base() {
        true => (a, b),
        false => (b, a),
    };
    let later = sheet.has(r"\blater\b|后");
    let head = match (lengths.as_slice(), times.as_slice()) {
        ([d], []) if sheet.has(r"ahead|in front|apart|head start|前面|前方|相距|先走|先行|先跑") => {
            d.clone()
        }
        // The first to leave is the slower one.
        ([], [t]) if later && slow == a => format!("{slow} * {t}"),
        ([], [t]) if sheet.has("先(?:走|行|跑|出发|骑|开)|after that|head start") && slow == a => {
            format!("{slow} * {t}")
        }
        _ => return None,
    };
    let (asked, by) = asked_unit(sheet, &given.time, &["(?:多少|几)个?UNIT"], &[r"how many UNIT\b", r"in UNIT\?"])?;
    common(sheet);
    sheet.all(r"leaves? the same place|on the same road|\blater\b|then|after (?:its|his|her) (?:own )?start|在(?:他|她|它)?后面|同一条?路|同一地点|出发后|后|先(?:走|行|跑|出发|骑|开)?(?:了)?|沿|追赶?|再");
    question(sheet)?;
    let equations = [format!("{fast} * {time} = {slow} * {time} + {head}"), format!("answer = {time}{by}")];
    finish(sheet, &equations, &asked.name)
}

fn current(sheet: &mut Sheet) -> Option<Found> {
    if !sheet.has(r"downstream|with the current|顺水|顺流") || !sheet.has(r"upstream|against the current|逆水|逆流")
    {
        return None;
    }
    let zh = sheet.lang != Lang::En;
    let asks_current = sheet.has(r"how fast is the (?:current|stream|river)|(?:speed|rate) of the (?:current|stream|river|water)|(?:current|stream|river)'s speed|水流?(?:的)?速度?[^?]*(?:多少|几)|水速[^?]*(?:多少|几)");
    let asks_boat = sheet.has(r"in still water\?|speed of the boat|boat's speed|静水(?:中)?的?(?:速度|船速)?[^?]*(?:多少|几)|船速[^?]*(?:多少|几)");
    if asks_current == asks_boat {
        return None;
    }
    let down_first = {
        let at = |p: &str| crate::text::pattern(p).find(&sheet.text).map(|m| m.start());
        at("downstream|with the current|顺水|顺流")? < at("upstream|against the current|逆水|逆流")?
    };
    let given = Given::read(sheet)?;
    let (lengths, times) = (given.values(&given.lengths)?, given.values(&given.times)?);
    let speeds = given.values(&given.speeds)?;
    let (first, second) = match (lengths.as_slice(), times.as_slice(), speeds.as_slice()) {
        ([d], [s, t], []) => (format!("{d} / {s}"), format!("{d} / {t}")),
        ([d, e], [s, t], []) => (format!("{d} / {s}"), format!("{e} / {t}")),
        ([], [], [v, w]) => (v.clone(), w.clone()),
        _ => return None,
    };
    let (down, up) = if down_first { (first, second) } else { (second, first) };
    common(sheet);
    sheet.all(r"the same|return(?:s|ing)?|back|still water|同样的?|同一|返回");
    question(sheet)?;
    let [boat, water] = if zh { ["船速", "水速"] } else { ["boat", "current"] };
    let equations = [
        format!("{boat} + {water} = {down}"),
        format!("{boat} - {water} = {up}"),
        format!("answer = {}", if asks_boat { boat } else { water }),
    ];
    let name = format!("{}/{}", given.length.name, given.time.name);
    finish(sheet, &equations, &name)
}

fn average(sheet: &mut Sheet) -> Option<Found> {
    if !sheet.has(r"average speed|平均速度|平均每(?:小时|分钟|秒)") {
        return None;
    }
    let zh = sheet.lang != Lang::En;
    let given = Given::read(sheet)?;
    let (lengths, times) = (given.values(&given.lengths)?, given.values(&given.times)?);
    let speeds = given.values(&given.speeds)?;
    let parts = match (lengths.as_slice(), times.as_slice(), speeds.as_slice()) {
        // Ways and their speeds, ways and their times, times and their speeds.
        ([d, e], [], [v, w]) => (format!("{d} + {e}"), format!("{d} / {v} + {e} / {w}")),
        ([d, e], [s, t], []) => (format!("{d} + {e}"), format!("{s} + {t}")),
        ([], [s, t], [v, w]) => (format!("{v} * {s} + {w} * {t}"), format!("{s} + {t}")),
        // There and back.
        ([], [], [v, w]) if sheet.has(r"back|return|往返|返回|回来|下山|原路") => {
            ("2".to_owned(), format!("1 / {v} + 1 / {w}"))
        }
        ([d], [], [v, w]) if sheet.has(r"back|return|往返|返回|回来|下山|原路") => {
            (format!("2 * {d}"), format!("{d} / {v} + {d} / {w}"))
        }
        ([d], [t], []) => (d.clone(), t.clone()),
        _ => return None,
    };
    common(sheet);
    sheet.all(r"average speed|平均速度|平均每(?:小时|分钟|秒)|\bthen\b|another|returns?|returning|back|(?:the )?same (?:way|road|route)|先|再|然后|又|返回|往返|回来|原路|全程");
    question(sheet)?;
    let [way, time] = if zh { ["路程", "时间"] } else { ["distance", "time"] };
    let equations =
        [format!("{way} = {}", parts.0), format!("{time} = {}", parts.1), format!("answer = {way} / {time}")];
    finish(sheet, &equations, &format!("{}/{}", given.length.name, given.time.name))
}

fn train(sheet: &mut Sheet) -> Option<Found> {
    let over = r"bridge|tunnel|platform|桥|隧道|站台|山洞";
    if !sheet.has(r"train|火车|列车|动车|高铁") || !sheet.has(over) {
        return None;
    }
    let zh = sheet.lang != Lang::En;
    let given = Given::read(sheet)?;
    let (lengths, times) = (given.values(&given.lengths)?, given.values(&given.times)?);
    let speeds = given.values(&given.speeds)?;
    let asks_over = sheet.has(r"how long is the (?:bridge|tunnel|platform)|length of the (?:bridge|tunnel|platform)|(?:桥|隧道|站台|山洞)(?:的?长度?)?(?:有|是|为)?(?:多少|几)|(?:桥|隧道|站台|山洞)(?:有)?多长");
    let asks_train = sheet.has(r"how long is the train|length of the train|(?:火车|列车|车身|车长|车)(?:的?长度?)?(?:有|是|为)?(?:多少米|多长)");
    let asks_seconds =
        sheet.has(r"how (?:many|long)[^?]*(?:seconds|minutes|take|does it)|(?:多少|几)(?:秒|分钟|时间)|多长时间");
    let asks_speed = sheet.has(
        r"what (?:is|was) (?:its|the)[a-z' ]*speed|how fast|速度(?:是|为)?(?:每(?:小时|分钟|秒))?(?:多少|几)|每(?:小时|分钟|秒)(?:行|行驶)?(?:多少|几)",
    );
    common(sheet);
    sheet.all(
        r"completely|完全|全长|车身|从车头上桥到车尾(?:离桥|下桥)|车头|车尾|(?:桥|隧道|火车|车|列车|山洞|站台)长|多长",
    );
    question(sheet)?;
    let [train, bridge, time] = if zh { ["车长", "桥长", "时间"] } else { ["train", "bridge", "time"] };
    let way = |t: &str, v: &str| format!("{train} + {bridge} = {v} * {t}");
    let (equations, unit) = match (lengths.as_slice(), times.as_slice(), speeds.as_slice()) {
        ([l], [t], [v]) if asks_over && !asks_train => {
            (vec![way(t, v), format!("{train} = {l}"), format!("answer = {bridge}")], given.length.name.clone())
        }
        ([l], [t], [v]) if asks_train && !asks_over => {
            (vec![way(t, v), format!("{bridge} = {l}"), format!("answer = {train}")], given.length.name.clone())
        }
        ([l, m], [t], []) if asks_speed => {
            let speed = if zh { "速度" } else { "speed" };
            let lines = vec![format!("{speed} * {t} = {l} + {m}"), format!("answer = {speed}")];
            (lines, format!("{}/{}", given.length.name, given.time.name))
        }
        ([l, m], [], [v]) if asks_seconds => {
            let lines =
                vec![way(time, v), format!("{train} = {l}"), format!("{bridge} = {m}"), format!("answer = {time}")];
            (lines, given.time.name.clone())
        }
        _ => return None,
    };
    finish(sheet, &equations, &unit)
}

fn simple(sheet: &mut Sheet) -> Option<Found> {
    let (asks_time, asks_distance) = (asks_time(sheet), asks_distance(sheet));
    let asks_speed = sheet.has(r"(?:what (?:is|was) (?:its|his|her|the)[a-z ]*speed|how fast)|速度(?:是|为)?(?:每(?:小时|分钟|秒))?(?:多少|几)|每(?:小时|分钟|秒)(?:行|走|跑|行驶)(?:多少|几)");
    if u8::from(asks_time) + u8::from(asks_distance) + u8::from(asks_speed) != 1 {
        return None;
    }
    if sheet.has(r"\b(?:two|both|2 (?:cars|trains|people|boats))\b|两|相向|相对|相遇|相反|相背|加速|顺|逆|accelerat|stop|rest|wind|current")
    {
        return None;
    }
    let given = Given::read(sheet)?;
    let (lengths, times) = (given.values(&given.lengths)?, given.values(&given.times)?);
    let speeds = given.values(&given.speeds)?;
    let (equation, own) = match (lengths.as_slice(), times.as_slice(), speeds.as_slice()) {
        ([], [t], [v]) if asks_distance => (format!("answer = {v} * {t}"), given.length.clone()),
        ([d], [], [v]) if asks_time => (format!("answer = {d} / {v}"), given.time.clone()),
        ([d], [t], []) if asks_speed => {
            common(sheet);
            question(sheet)?;
            let name = format!("{}/{}", given.length.name, given.time.name);
            return finish(sheet, &[format!("answer = {d} / {t}")], &name);
        }
        _ => return None,
    };
    let (asked, by) = asked_unit(sheet, &own, &["(?:多少|几)个?UNIT"], &[r"how many UNIT\b", r"\bin UNIT\?"])?;
    common(sheet);
    question(sheet)?;
    finish(sheet, &[format!("{equation}{by}")], &asked.name)
}

fn asks_time(sheet: &Sheet) -> bool {
    sheet.has(r"(?:how many (?:hours|minutes|seconds|days)|how long (?:does|do|will|did|would)|when (?:do|will|does))|(?:多少|几)个?(?:小时|分钟|秒|时间|天)|多长时间|多久")
}

fn asks_distance(sheet: &Sheet) -> bool {
    sheet.has(r"(?:how far|how many (?:km|kilomet|met|miles|m\b)|what distance|what is the distance)|(?:多少|几)(?:千米|公里|米|里)|多远")
}

/// Words that a speed problem has, which change nothing.
fn common(sheet: &mut Sheet) {
    sheet.all(r"\b2 (?:cars|trains|people|cyclists|boats|planes|buses|trucks|runners|ships|towns|cities|friends|walkers|bikes|stations|villages|places)\b");
    sheet.all(
        r"per hour|per minute|per second|at the same (?:time|moment)|(?:速度)?(?:分别)?(?:是|为)?每(?:小时|分钟|秒)",
    );
}

/// The question's words count as read; there must be one.
fn question(sheet: &mut Sheet) -> Option<()> {
    sheet
        .any(&[
            r"(?:after|in|for)? ?(?:how|what|when|find)\b[^?.0-9]*",
            r"[^,.?]*(?:多少|几|多长|多远|多久)[^,.?]*[?.]?$",
        ])
        .map(|_| ())
}

fn finish(sheet: &Sheet, equations: &[String], unit: &str) -> Option<Found> {
    if !sheet.understood() {
        return None;
    }
    let found = solved(equations, &unit_shown(unit), Sense::Measures)?;
    Some(found)
}

/// `km/hours` as people write it.
fn unit_shown(unit: &str) -> String {
    [("/hours", "/h"), ("/minutes", "/min"), ("/seconds", "/s"), ("/秒钟", "/秒")]
        .iter()
        .fold(unit.to_owned(), |unit, (from, to)| unit.replace(from, to))
}
