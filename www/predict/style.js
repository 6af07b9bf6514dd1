// How the panel looks; widgets.d.ts names its parts and custom properties.

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --_accent: var(--doorstep-accent, LinkText);
  --_muted: var(--doorstep-muted, color-mix(in srgb, currentColor 72%, transparent));
  --_border: var(--doorstep-border, color-mix(in srgb, currentColor 16%, transparent));
  --_soft: color-mix(in srgb, var(--_accent) 22%, transparent);
  display: block; container-type: inline-size; contain-intrinsic-inline-size: 18em; min-inline-size: 0;
  inline-size: 100%; inline-size: -moz-available; inline-size: -webkit-fill-available; inline-size: stretch;
  min-block-size: var(--doorstep-height, 40em);
  font-family: var(--doorstep-font, inherit); line-height: 1.4;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
p, ol, ul { margin: 0; padding: 0; list-style: none; }
button, select, input { font: inherit; color: inherit; }
option { color: CanvasText; background: Canvas; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
[part=hidden], [part=status] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

[part=panel] { text-align: start; text-indent: 0; text-transform: none; letter-spacing: normal; word-spacing: normal; white-space: normal; position: relative; display: grid; gap: 1.25em clamp(1.25em, 4cqi, 2.5em); grid-template-columns: minmax(0, 1fr); align-items: start; }
/* Where sliders and prediction don't fit side by side, the prediction stays in sight. */
[part=head] { position: sticky; inset-block-start: var(--doorstep-top, 0px); z-index: 1; display: grid; gap: .5em 1em; grid-template-columns: minmax(0, 1fr) auto; align-items: baseline; padding-block: .5em .75em; background: var(--doorstep-surface, var(--_ground, Canvas)); border-block-end: 1px solid var(--_border); }
[part=scale], [part=classes], [part=novelty] { grid-column: 1 / -1; }
:focus-visible { scroll-margin-block-start: 16em; } /* not behind it */
[part=side] { display: grid; gap: 1.25em; grid-template-columns: minmax(0, 1fr); }
[part=inputs] { display: grid; gap: .9em 1.5em; grid-template-columns: repeat(auto-fill, minmax(min(10em, 100%), 1fr)); }
[part=input] { position: relative; display: grid; grid-template-columns: 1fr auto; align-items: baseline; column-gap: .86em; font-size: .875em; }
[part=name] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part=name]::first-letter, [part=target]::first-letter { text-transform: uppercase; }
[part=number], [part=distance], [part=share], [part=adjusted] { font-variant-numeric: tabular-nums; }
[part=input] [part=number] { font-weight: 600; text-align: end; }
[part=slider] { grid-column: 1 / -1; inline-size: 100%; block-size: 2em; margin: 0; accent-color: var(--_accent); cursor: pointer; touch-action: pan-y; }
[part=choice] { grid-column: 1 / -1; inline-size: 100%; min-block-size: 2.86em; margin-block: .29em .23em; padding-inline: .7em; border: 1px solid var(--_border); border-radius: .57em; background: var(--doorstep-surface, transparent); }
[part=least], [part=most] { color: var(--_muted); font-size: .8125em; font-variant-numeric: tabular-nums; }
[part=input] :is([part=least], [part=most]) { font-size: .93em; }
[part=input] [part=most] { text-align: end; }

[part=reasons] { display: grid; gap: .75em; grid-template-columns: minmax(0, 1fr); }
[part=target] { color: var(--_muted); }
[part=value] { font-size: clamp(2em, 6cqi, 3.5em); text-align: end; font-weight: 700; line-height: 1.1; letter-spacing: -.03em; font-variant-numeric: tabular-nums; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part=scale] { display: flex; align-items: center; gap: .75em; }
[part=track] { position: relative; flex: 1; block-size: .5em; border-radius: 1em; background: var(--_soft); }
[part=mark] { position: absolute; inset-block: -.3em; inline-size: .3em; margin-inline-start: -.15em; border-radius: 1em; background: var(--_accent); }
[part=novelty] { min-block-size: 2.8em; font-size: .875em; color: var(--_muted); }
[part=word] { margin-inline-end: .25em; }

[part=classes], [part=neighbours] { display: grid; grid-template-columns: minmax(0, 1fr); }
[part=class] { position: relative; display: flex; justify-content: space-between; gap: 1em; padding: .37em .64em; font-size: .9375em; }
[part=heading] { margin-block: .5em -.25em; font-weight: 650; }
[part=columns] { margin-block-end: -.92em; color: var(--_muted); }
[part=column] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part=neighbour] { border-block-start: 1px solid var(--_border); }
/* The same widths in texts of two sizes, 14/16 and 13/16. */
[part=row], [part=columns] { position: relative; display: grid; align-items: baseline; inline-size: 100%; text-align: end; }
[part=columns] { grid-template-columns: minmax(0, 1fr) 4.308em 4.308em 4.615em 4em; gap: .615em; padding: .615em 0; font-size: .8125em; }
[part=row] { grid-template-columns: minmax(0, 1fr) 4em 4em 4.286em 3.714em; gap: .571em; min-block-size: 2.86em; padding: .571em 0; border: 0; background: none; font-size: .875em; line-height: 1.4; cursor: pointer; }
[part=title] { overflow: hidden; text-align: start; text-overflow: ellipsis; white-space: nowrap; }
[part=row]:hover [part=title] { color: var(--_accent); text-decoration: underline; }
[part=row] [part=number] { font-weight: 600; }
[part=adjusted], [part=distance], [part=share] { color: var(--_muted); white-space: nowrap; }
[part=bar] { position: absolute; inset-block-end: -1px; inset-inline-start: 0; block-size: 2px; background: var(--_accent); }
[part=class] [part=bar] { inset-block: 0; block-size: auto; border-radius: .375em; background: var(--_soft); z-index: -1; }
[part=classes] { isolation: isolate; gap: .25em; }
[part=explanation], [part=unseen] { font-size: .8125em; color: var(--_muted); }
[part=explanation] { min-block-size: 4.2em; }
@container (min-width: 44em) {
  [part=panel] { grid-template-columns: minmax(0, 10fr) minmax(0, 11fr); grid-template-rows: auto 1fr; }
  [part=side] { grid-row: 1 / 3; }
  [part=head] { position: static; grid-column: 2; grid-template-columns: minmax(0, 1fr); padding: 0; border: 0; }
  [part=reasons] { grid-column: 2; }
  :focus-visible { scroll-margin-block-start: 0; }
  [part=value] { margin-block-start: -.14em; text-align: start; }
}
@container (max-width: 34em) {
  [part=row], [part=columns] { grid-template-columns: repeat(4, minmax(0, 1fr)); row-gap: 0; }
  [part=row] [part=title] { grid-column: 1 / -1; }
  [part=columns] [part=title] { display: none; }
  [part=novelty] { min-block-size: 4.2em; }
}
@media (forced-colors: active) { [part=mark], [part=bar] { background: Highlight; } }
`);
