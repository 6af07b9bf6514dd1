// A scatter plot of a few named points as SVG: x by its logarithm, y from 0, no label upon another.

const NS = 'http://www.w3.org/2000/svg';
const MARGIN = { top: 12, right: 22, bottom: 30, left: 44 };
const DOT = 5;
const LABEL_HEIGHT = 15;
/** How far a label may reach below the axis without touching its ticks. */
const BELOW = 5;
/** From this width on, points carry their names, else their numbers. */
const NAMED_FROM = 420;
/** Room that the label of a tick takes. */
const TICK_WIDTH = 64;
const FONT = '12px';
/** The scale of y ends no lower, even where all points lie at 0. */
const LEAST_TOP = 0.001;
/** Where a label goes, the best first: beside its point, above, below, and what lies between. */
const DIRECTIONS = [0, 8, 12, 4, 14, 2, 10, 6, 15, 1, 9, 7, 13, 11, 3, 5].map((part) => [Math.cos(part * Math.PI / 8), Math.sin(part * Math.PI / 8)]);

function node(tag, attributes = {}, text = '') {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

/** Round numbers from `least` to `most` that lie at least TICK_WIDTH apart where `across` puts them. */
function ticks(least, most, across) {
  const found = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power++) {
    for (const digit of [1, 1.5, 2, 3, 5, 7]) {
      const tick = digit * 10 ** power;
      if (tick >= least && tick <= most && !(across(tick) - across(found.at(-1)) < TICK_WIDTH)) found.push(tick);
    }
  }
  return found;
}

/** A round step that divides 0 to `most` into about four. */
function roundStep(most) {
  const raw = most / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= raw);
}

/** A thin line as small boxes. */
function boxesOf([fromX, fromY], [toX, toY]) {
  const steps = Math.ceil(Math.hypot(toX - fromX, toY - fromY) / 3);
  return Array.from({ length: steps }, (_, n) => ({ x: fromX + (toX - fromX) * n / steps, y: fromY + (toY - fromY) * n / steps, width: 1, height: 1 }));
}

const apart = (a, b) => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

/** Where a label of this width may lie around a point, nearest first; what lies far off gets a line to it. */
function* places({ x, y }, width) {
  for (const away of [DOT + 3, 18, 26, 36, 48, 62, 78, 96, 116]) {
    for (const [across, up] of DIRECTIONS) {
      const [centreX, centreY] = [x + across * (away + width / 2), y + up * (away + LABEL_HEIGHT / 2)];
      const box = { x: centreX - width / 2, y: centreY - LABEL_HEIGHT / 2, width, height: LABEL_HEIGHT };
      const end = [Math.max(box.x, Math.min(x, box.x + width)), Math.max(box.y, Math.min(y, box.y + LABEL_HEIGHT))];
      yield { ...box, leader: away > DOT + 3 ? [[x, y], end] : undefined };
    }
  }
}

/** A place for each point's label: inside `area`, upon no point, no other label and no line to one. */
function placed(points, area, widthOf) {
  const taken = points.map(({ x, y }) => ({ x: x - DOT, y: y - DOT, width: 2 * DOT, height: 2 * DOT }));
  const labels = [];
  return points.map((point) => {
    for (const text of [point.label, point.short]) {
      for (const box of places(point, widthOf(text))) {
        const inside = box.x >= area.x && box.y >= area.y && box.x + box.width <= area.x + area.width && box.y + box.height <= area.y + area.height + BELOW;
        const line = box.leader ? boxesOf(...box.leader) : [];
        if (!inside || !taken.every((other) => apart(box, other))) continue;
        if (line.some((part) => !labels.every((other) => apart(part, other)))) continue;
        taken.push(box, ...line);
        labels.push(box);
        return { ...box, text };
      }
    }
    return undefined; // it is in the table
  });
}

/**
 * Draws `points` (`{ name, short, special, x, y }`, x above 0) into `svg`, whose size it takes;
 * `format` writes the ticks of x.
 */
export function drawScatter(svg, points, format) {
  const { width, height } = svg.getBoundingClientRect();
  if (!(width > 0 && height > 0)) return;
  const area = { x: MARGIN.left, y: MARGIN.top, width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const least = Math.min(...points.map(({ x }) => x)) / 1.3;
  const most = Math.max(...points.map(({ x }) => x)) * 1.3;
  const top = Math.max(...points.map(({ y }) => y), LEAST_TOP) * 1.08;
  const across = (x) => area.x + area.width * Math.log(x / least) / Math.log(most / least);
  const up = (y) => area.y + area.height * (1 - y / top);
  const bottom = area.y + area.height;

  const drawn = [];
  const step = roundStep(top);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  for (let y = 0; y <= top; y += step) {
    drawn.push(node('line', { class: 'grid-line', x1: area.x, x2: area.x + area.width, y1: up(y), y2: up(y) }));
    drawn.push(node('text', { class: 'tick', x: area.x - 6, y: up(y) + 4, 'text-anchor': 'end' }, y.toFixed(decimals)));
  }
  for (const x of ticks(least, most, across)) {
    drawn.push(node('line', { class: 'grid-line', x1: across(x), x2: across(x), y1: area.y, y2: bottom }));
    drawn.push(node('text', { class: 'tick', x: across(x), y: bottom + 18, 'text-anchor': 'middle' }, format(x)));
  }

  const context = document.createElement('canvas').getContext('2d');
  context.font = `${FONT} ${getComputedStyle(svg).fontFamily}`;
  const widthOf = (text) => context.measureText(text).width + 4;
  const set = points.map((point) => ({
    ...point,
    x: across(point.x),
    y: up(point.y),
    label: area.width < NAMED_FROM ? point.short : point.name,
  }));
  placed(set, area, widthOf).forEach((box, index) => {
    const { x, y, special } = set[index];
    if (box) {
      if (box.leader) {
        const [[x1, y1], [x2, y2]] = box.leader;
        drawn.push(node('line', { class: 'leader', x1, y1, x2, y2 }));
      }
      drawn.push(node('text', { class: 'label', x: box.x + box.width / 2, y: box.y + box.height / 2 + 4, 'text-anchor': 'middle' }, box.text));
    }
    drawn.push(special
      ? node('path', { class: 'dot special', d: `M${x} ${y - DOT - 1}l${DOT + 1} ${DOT + 1} ${-DOT - 1} ${DOT + 1} ${-DOT - 1} ${-DOT - 1}z` })
      : node('circle', { class: 'dot', cx: x, cy: y, r: DOT }));
  });
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren(...drawn);
}
