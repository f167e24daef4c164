// Do these words tell of an emergency that is happening now?  The same as app/queries/emergency.py, for a
// phone without signal; the city's expressions come with the page.
(() => {
  "use strict";
  const BEFORE = 6; // words before a sign in which a quieting word counts
  const NEAR = 4; // words before a sign in which "now" counts
  const SHORT = /(?<![\p{L}\p{N}_])(jl|jln|gg|no|rt|rw|kel|kec|dr|moh|km|st|blok|bpk|hj|kp)\./giu;
  const SENTENCES = /[.!?;:\n…]+/;
  const CLAUSES = /[,()–—"]+|(?<![\p{L}\p{N}_])(?:tapi|tetapi|namun|sedangkan)(?![\p{L}\p{N}_])/iu;

  const plain = (text) =>
    (text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");

  /** A function of a text: the words that tell of an emergency, or "". */
  const alarm = (told) => {
    const one = (source) => (source ? new RegExp(source) : null);
    const signs = told.signs.map(([words, beside, unless]) => [new RegExp(words, "g"), one(beside), one(unless)]);
    const [before, clause, past, now] = ["before", "clause", "past", "now"].map((name) => one(told[name]));

    const quiet = (part, start, when) => {
      const words = part.slice(0, start).split(" ").filter(Boolean);
      if (before.test(words.slice(-BEFORE).join(" ")) || clause.test(part)) return true;
      return !now.test(words.slice(-NEAR).join(" ")) && past.test(when);
    };
    const inClause = (part, around, when) => {
      for (const [words, beside, unless] of signs) {
        for (const hit of part.matchAll(words)) {
          if (beside && !beside.test(around)) continue;
          if (!unless.test(part) && !quiet(part, hit.index, when)) return hit[0];
        }
      }
      return "";
    };
    return (text) => {
      const sentences = text.replace(SHORT, "$1 ").split(SENTENCES)
        .map((sentence) => sentence.split(CLAUSES).map(plain).filter(Boolean))
        .filter((clauses) => clauses.length);
      for (const [n, clauses] of sentences.entries()) {
        const around = [...clauses, ...(sentences[n + 1] ?? [])].join(" ");
        const when = n === 0 ? around : clauses.join(" "); // the title: what comes next says when it was
        for (const part of clauses) {
          const found = inClause(part, around, when);
          if (found) return found;
        }
      }
      return "";
    };
  };
  self.Rembuk = Object.assign(self.Rembuk ?? {}, { alarm });
})();
