// The ledger as a triangle of cells. Arrow keys walk through the cells; the one that is pointed at is read out.

const TALL = 264, TOP = 96; // px for the rows of any length: nothing below moves
// A share from −100 % over 0 to 100 %: orange works against the sum, blue adds to it, 0 is the page.
const shareColour = (share) => `rgba(${share < 0 ? "213,94,0" : "0,114,178"},${Math.min(1, Math.abs(share)).toFixed(3)})`;
const onShare = (share) => (share < -0.895 ? "on-glow" : share > 0.935 ? "on-colour" : "on-faint"); // contrast as onMagnitude

const explorer = {
  build({ figure, words, tell, now, change }) {
    const table = triangle(figure, words, { now: () => now().cell, change: (cell) => change("cell", cell) }), { node, over } = table;
    const texts = marks(over, "text", { "text-anchor": "middle" }), rowNames = marks(over, "text", { "text-anchor": "end" }), columnNames = marks(over, "text");
    const ages = marks(over, "rect", { height: 9, rx: 2 }), wholes = marks(over, "text"), titles = marks(over, "text", { class: "axis-title" });
    const magnitude = magnitudeBar(figure, words), shareBar = ramp(figure, words.shares_low, words.shares_high, words.shares_label, [-1, -0.5, 0, 0.5, 1].map(shareColour));

    return ({ width, arrays, at, length: n, wrt, view, cell: [t, k], sentences }) => {
      const here = at("activation", "weight_scale"), read = sentences[n - 1], of = (name) => arrays[`${name}_${wrt}${n}`], byNorm = view === "norms";
      const norm = (t, k) => of("ledger")(...here, t - 1, k - 1), share = (t, k) => of("shares")(...here, t - 1, k - 1), whole = of("whole").row(...here);
      const [left, wholeWidth] = width < NARROW ? [92, 74] : [150, 92], size = Math.min(56, (width - left - wholeWidth) / n), height = Math.min(TALL / n, Math.max(40, size)), right = left + size * n;
      const middle = (i) => TOP + height * (i + 0.5), across = (i) => left + size * (i + 0.5);
      sized(node, width, TOP + TALL + 8);
      const where = table.draw([left, TOP, size, height, n], 1, (t, k) => ({ fill: byNorm ? magnitudeColour(norm(t, k)) : shareColour(share(t, k)) }));
      texts.show(size >= 38 ? where.length : 0, (i) => {
        const [t, k] = where[i], [v, s] = [norm(t, k), share(t, k)];
        return { x: across(k - 1), y: middle(t - 1) + 4, class: `cell-text ${byNorm ? onMagnitude(v) : onShare(s)}`, text: byNorm ? (size < 42 && v >= 0.01 && v < 10 ? v.toPrecision(2) : brief(v)) : fixed(100 * s, 0) };
      });
      rowNames.show(n, (i) => ({ x: left - 20, y: middle(i) + 4, maths: width < NARROW ? `L_${i + 1} ${read[i]}` : tell("row", { t: i + 1, word: read[i] }) }));
      columnNames.show(n, (i) => { // between, they would lie on each other
        const x = across(i) + 4;
        return { x, y: TOP - 20, class: size < 20 ? "small" : null, transform: `rotate(${size < 20 ? -60 : -45} ${x} ${TOP - 20})`, text: size > 12 || [0, n - 1].includes(i) ? `${i + 1} ${read[i]}` : "" };
      });
      wholes.show(n, (i) => ({ x: right + 10, y: middle(i) + 4, text: say(whole[i], words) }));
      titles.show(3, (i) => [{ x: right + 10, y: TOP - 8, maths: words.whole }, { x: 2, y: TOP - 8, maths: words.rows }, { x: left + 4, y: 12, maths: words.columns }][i]);
      // Age counts back from the row that is read: the chosen cell's, or the last. Rows first, then columns.
      const on = table.inside([t, k]), broad = Math.min(9, size - 2);
      ages.show(2 * n, (i) => ({ ...(i < n ? { x: left - 15, y: middle(i) - 4.5, width: 9 } : { x: across(i - n) - broad / 2, y: TOP - 15, width: broad }), ...ageMark((on ? t : n) - 1 - (i % n)) }));
      magnitude.hidden = !byNorm;
      shareBar.hidden = byNorm;

      const last = upTo(n).map((i) => norm(n, i + 1)), against = where.filter(([t, k]) => share(t, k) < 0).length;
      const numbers = { first: last[0], last: last[n - 1], norms: last.reduce((a, b) => a + b, 0), whole: whole[n - 1] };
      return [
        tell(byNorm ? "shows" : "shows_shares", { cells: where.length, against, first_share: percent(share(n, 1)), last_share: percent(share(n, n)) }, numbers),
        on && tell("cell", { t, target: read[t - 1], k, word: read[k - 1], share: percent(share(t, k)) }, { norm: norm(t, k) }),
      ];
    };
  },
};
