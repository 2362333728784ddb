// Makes a fresh realm ready for one script, and answers the function that runs it. What is used after the script has begun is
// kept in constants: a script that changes what JavaScript brings with it changes only its own result.
(now, limits) => {
  "use strict";
  // What is not named here goes, and what a later V8 brings stays away. Absent on purpose: memory outside of the heap
  // (typed arrays, buffers, WebAssembly), other clocks (Temporal), timers, and what answers by the garbage collector's mood.
  const kept = new Set(
    ("Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp " +
      "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl " +
      "Map BigInt Set Iterator WeakMap WeakSet Proxy Reflect decodeURI decodeURIComponent encodeURI encodeURIComponent " +
      "escape unescape eval isFinite isNaN").split(" "),
  );
  for (const name of Reflect.ownKeys(globalThis)) {
    if (!kept.has(name) && !Reflect.deleteProperty(globalThis, name)) globalThis[name] = undefined;
  }

  const { parse, stringify } = JSON;
  const RealPromise = Promise;
  const RealError = Error;
  const text = String;
  const refuse = TypeError;

  // The clock stands at the step's time, so that a repeat comes to the same result.
  const RealDate = Date;
  RealDate.now = () => now;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now).toString(),
    construct: (target, given, made) => Reflect.construct(target, given.length ? given : [now], made),
  });
  RealDate.prototype.constructor = globalThis.Date;
  const shown = Intl.DateTimeFormat.prototype;
  const { get: formatter } = Object.getOwnPropertyDescriptor(shown, "format");
  const { formatToParts } = shown;
  Object.defineProperty(shown, "format", {
    configurable: true,
    get() {
      const format = Reflect.apply(formatter, this, []);
      return (date = now) => format(date);
    },
  });
  shown.formatToParts = function (date = now) {
    return Reflect.apply(formatToParts, this, [date]);
  };

  // Without a prototype, so that a `toJSON` that the script invents is not asked.
  const log = Object.setPrototypeOf([], null);
  let left_out = 0;
  const word = (value) => {
    if (typeof value === "string") return value;
    if (value instanceof RealError) return text(value);
    try {
      return stringify(value) ?? text(value);
    } catch {
      return text(value);
    }
  };
  const write = (...values) => {
    if (log.length === limits.log_lines) {
      left_out += 1;
      return;
    }
    let line = "";
    for (const value of values) line += (line && " ") + word(value);
    log[log.length] = line.slice(0, limits.log_line);
  };
  globalThis.console = { log: write, info: write, warn: write, error: write, debug: write };

  const thrown = (error) => {
    try {
      const is_error = error instanceof RealError;
      const said = (is_error ? text(error) : word(error)).slice(0, limits.error);
      // The places stand behind the message.
      return { __proto__: null, thrown: said, stack: is_error ? text(error.stack).slice(-limits.stack) : "" };
    } catch {
      return { __proto__: null, thrown: "something that cannot be shown", stack: "" };
    }
  };

  const attempt = (script, given) => {
    try {
      const { input, event } = parse(given);
      const value = script(input, event);
      if (value instanceof RealPromise) {
        throw new refuse("A script returns its value at once; this one returned a promise, and nobody waits for it.");
      }
      const json = stringify(value) ?? "null";
      return json.length > limits.value ? { __proto__: null, too_long: json.length } : { __proto__: null, value: json };
    } catch (error) {
      return thrown(error);
    }
  };

  return (script, given) => {
    const answer = attempt(script, given);
    answer.log = log;
    answer.left_out = left_out;
    return stringify(answer);
  };
};
