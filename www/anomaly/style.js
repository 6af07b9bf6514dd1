// How the panel looks; widgets.d.ts names its parts and custom properties.

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --_accent: var(--doorstep-accent, LinkText);
  --_muted: var(--doorstep-muted, color-mix(in srgb, currentColor 72%, transparent));
  --_border: var(--doorstep-border, color-mix(in srgb, currentColor 16%, transparent));
  --_warn: var(--doorstep-warn, light-dark(#b33b00, #ff9d5c));
  display: block; container-type: inline-size; contain-intrinsic-inline-size: 18em; min-inline-size: 0;
  inline-size: 100%; inline-size: -moz-available; inline-size: -webkit-fill-available; inline-size: stretch;
  min-block-size: var(--doorstep-height, 30em);
  font-family: var(--doorstep-font, inherit); line-height: 1.4;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
p, ul { margin: 0; padding: 0; list-style: none; }
select, input { font: inherit; color: inherit; }
option { color: CanvasText; background: Canvas; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
[part=status] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

[part=panel] { text-align: start; text-indent: 0; text-transform: none; letter-spacing: normal; word-spacing: normal; white-space: normal; display: grid; gap: 1.25em clamp(1.25em, 4cqi, 2.5em); grid-template-columns: minmax(0, 1fr); align-items: start; }
[part=bring] { display: grid; gap: .5em; justify-items: start; padding: 1em; border: 2px dashed var(--_border); border-radius: var(--doorstep-radius, .75em); }
[part=panel][data-over] [part=bring] { border-color: var(--_accent); background: color-mix(in srgb, var(--_accent) 10%, transparent); }
[part=choose] { position: relative; display: inline-flex; align-items: center; min-block-size: 2.75em; padding-inline: 1.1em; border-radius: var(--doorstep-radius, .75em); background: var(--_accent); color: var(--doorstep-on-accent, Canvas); font-weight: 600; cursor: pointer; }
[part=choose]:focus-within { outline: 2px solid var(--_accent); outline-offset: 2px; }
[part=file] { position: absolute; inset: 0; inline-size: 100%; opacity: 0; cursor: pointer; }
[part=hint], [part=place], [part=rate], [part=caption], [part=control] { color: var(--_muted); font-size: .875em; }
[part=message] { padding: .6em .8em; border-inline-start: 3px solid var(--_warn); background: color-mix(in srgb, var(--_warn) 10%, transparent); overflow-wrap: anywhere; }
[part=stage] { display: grid; gap: .75em; grid-template-columns: minmax(0, 1fr); }
[part=stage][aria-busy=true] [part=picture] { opacity: .6; }
[part=picture] { display: block; inline-size: 100%; block-size: auto; border-radius: .5em; background: #000; }
[part=controls] { display: flex; flex-wrap: wrap; gap: .5em 1.5em; }
[part=control] { display: flex; flex-wrap: wrap; min-inline-size: 0; align-items: center; gap: .29em .69em; max-inline-size: 100%; }
[part=map] { min-block-size: 2.57em; min-inline-size: 0; max-inline-size: 100%; padding-inline: .57em; border: 1px solid var(--_border); border-radius: .57em; background: var(--doorstep-surface, transparent); }
[part=opacity] { block-size: 2em; accent-color: var(--_accent); cursor: pointer; }
[part=head], [part=finding] { display: grid; gap: .75em; grid-template-columns: minmax(0, 1fr); }
[part=verdict] { font-size: clamp(1.5em, 6cqi, 2.25em); line-height: 1.1; letter-spacing: -.02em; }
[part=verdict][data-unusual] { color: var(--_warn); }
[part=scale] { position: relative; block-size: 5em; margin-inline: .25em; }
[part=histogram] { display: flex; align-items: flex-end; gap: 1px; block-size: 100%; border-block-end: 1px solid var(--_muted); }
[part=bar] { flex: 1; background: color-mix(in srgb, currentColor 28%, transparent); }
[part=limit], [part=mark] { position: absolute; inset-block: -.35em 0; inline-size: 2px; margin-inline-start: -1px; }
[part=limit] { border-inline-start: 2px dashed var(--_warn); }
[part=mark] { inline-size: 4px; margin-inline-start: -2px; border-radius: 2px; background: var(--_accent); }
[part=heading] { font-weight: 650; }
[part=prototypes] { display: grid; grid-template-columns: repeat(auto-fill, minmax(4.5em, 1fr)); gap: .6em; }
[part=prototype] { display: grid; gap: .2em; }
[part=prototype] canvas { inline-size: 100%; block-size: auto; border-radius: .35em; }
[part=caption] { font-size: .75em; font-variant-numeric: tabular-nums; }
@container (min-width: 34em) {
  [part=panel] { grid-template: auto auto 1fr auto / minmax(0, 1.1fr) minmax(0, 1fr); }
  [part=bring], slot[name=note] { grid-column: 1 / -1; }
  [part=stage] { grid-area: 2 / 1 / 4; }
  [part=head], [part=finding] { grid-column: 2; }
}
`);
