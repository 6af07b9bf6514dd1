// How the panel looks; widgets.d.ts names its parts and custom properties.

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --_accent: var(--doorstep-accent, LinkText);
  --_muted: var(--doorstep-muted, color-mix(in srgb, CanvasText 70%, Canvas));
  --_border: var(--doorstep-border, color-mix(in srgb, CanvasText 16%, transparent));
  --_soft: color-mix(in srgb, var(--_accent) 22%, transparent);
  display: block; container-type: inline-size;
  min-block-size: var(--doorstep-height, 40rem);
  font-family: var(--doorstep-font, inherit); line-height: 1.4;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
p, ol, ul { margin: 0; padding: 0; list-style: none; }
button, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
[part=hidden], [part=status] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

[part=panel] { position: relative; display: grid; gap: 1.25rem clamp(1.25rem, 4cqi, 2.5rem); grid-template-columns: minmax(0, 1fr); align-items: start; }
/* Where sliders and prediction don't fit side by side, the prediction stays in sight. */
[part=head] { position: sticky; inset-block-start: var(--doorstep-top, 0px); z-index: 1; display: grid; gap: .5rem 1rem; grid-template-columns: minmax(0, 1fr) auto; align-items: baseline; padding-block: .5rem .75rem; background: var(--doorstep-surface, Canvas); border-block-end: 1px solid var(--_border); }
[part=scale], [part=classes], [part=novelty] { grid-column: 1 / -1; }
:focus-visible { scroll-margin-block-start: 16rem; } /* not behind it */
[part=side] { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
[part=inputs] { display: grid; gap: .9rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(10rem, 100%), 1fr)); }
[part=input] { position: relative; display: grid; grid-template-columns: 1fr auto; align-items: baseline; column-gap: .75rem; font-size: .875em; }
[part=name] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part=name]::first-letter, [part=target]::first-letter { text-transform: uppercase; }
[part=number], [part=distance], [part=share], [part=adjusted] { font-variant-numeric: tabular-nums; }
[part=input] [part=number] { font-weight: 600; text-align: end; }
[part=slider] { grid-column: 1 / -1; inline-size: 100%; block-size: 1.75rem; margin: 0; accent-color: var(--_accent); cursor: pointer; touch-action: pan-y; }
[part=choice] { grid-column: 1 / -1; inline-size: 100%; min-block-size: 2.5rem; margin-block: .25rem .2rem; padding-inline: .6rem; border: 1px solid var(--_border); border-radius: .5rem; background: var(--doorstep-surface, Canvas); }
[part=least], [part=most] { color: var(--_muted); font-size: .8125rem; font-variant-numeric: tabular-nums; }
[part=input] [part=most] { text-align: end; }

[part=reasons] { display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr); }
[part=target] { color: var(--_muted); }
[part=value] { font-size: clamp(2rem, 6cqi, 3.5rem); text-align: end; font-weight: 700; line-height: 1.1; letter-spacing: -.03em; font-variant-numeric: tabular-nums; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part=scale] { display: flex; align-items: center; gap: .75rem; }
[part=track] { position: relative; flex: 1; block-size: .5rem; border-radius: 1rem; background: var(--_soft); }
[part=mark] { position: absolute; inset-block: -.3rem; inline-size: .3rem; margin-inline-start: -.15rem; border-radius: 1rem; background: var(--_accent); }
[part=novelty] { min-block-size: 2.8em; font-size: .875em; color: var(--_muted); }
[part=word] { margin-inline-end: .25em; }

[part=classes], [part=neighbours] { display: grid; grid-template-columns: minmax(0, 1fr); }
[part=class] { position: relative; display: flex; justify-content: space-between; gap: 1rem; padding: .35rem .6rem; font-size: .9375em; }
[part=heading] { margin-block: .5rem -.25rem; font-weight: 650; }
[part=columns] { margin-block-end: -.75rem; color: var(--_muted); }
[part=column] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part=neighbour] { border-block-start: 1px solid var(--_border); }
[part=row], [part=columns] { position: relative; display: grid; grid-template-columns: minmax(0, 1fr) 3.5rem 3.5rem 3.75rem 3.25rem; gap: .5rem; align-items: baseline; inline-size: 100%; padding: .5rem 0; font-size: .8125em; text-align: end; }
[part=row] { min-block-size: 2.5rem; border: 0; background: none; font-size: .875em; line-height: 1.4; cursor: pointer; }
[part=title] { overflow: hidden; text-align: start; text-overflow: ellipsis; white-space: nowrap; }
[part=row]:hover [part=title] { color: var(--_accent); text-decoration: underline; }
[part=row] [part=number] { font-weight: 600; }
[part=adjusted], [part=distance], [part=share] { color: var(--_muted); white-space: nowrap; }
[part=bar] { position: absolute; inset-block-end: -1px; inset-inline-start: 0; block-size: 2px; background: var(--_accent); }
[part=class] [part=bar] { inset-block: 0; block-size: auto; border-radius: .375rem; background: var(--_soft); z-index: -1; }
[part=classes] { isolation: isolate; gap: .25rem; }
[part=explanation], [part=unseen] { font-size: .8125em; color: var(--_muted); }
[part=explanation] { min-block-size: 4.2em; }
@container (min-width: 44rem) {
  [part=panel] { grid-template-columns: minmax(0, 10fr) minmax(0, 11fr); grid-template-rows: auto 1fr; }
  [part=side] { grid-row: 1 / 3; }
  [part=head] { position: static; grid-column: 2; grid-template-columns: minmax(0, 1fr); padding: 0; border: 0; }
  [part=reasons] { grid-column: 2; }
  :focus-visible { scroll-margin-block-start: 0; }
  [part=value] { margin-block-start: -.5rem; text-align: start; }
}
@container (max-width: 34rem) {
  [part=row], [part=columns] { grid-template-columns: repeat(4, minmax(0, 1fr)); row-gap: 0; }
  [part=row] [part=title] { grid-column: 1 / -1; }
  [part=columns] [part=title] { display: none; }
  [part=novelty] { min-block-size: 4.2em; }
}
@media (forced-colors: active) { [part=mark], [part=bar] { background: Highlight; } }
`);
