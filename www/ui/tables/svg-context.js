// A canvas context that draws elements of SVG, by svgcanvas. That library reads fonts through a style attribute, which the
// page's policy forbids; here they are read through the style object.
import { Context } from 'svgcanvas';

const ANCHORS = { left: 'start', start: 'start', right: 'end', end: 'end', center: 'middle' };
const BASELINES = { top: 'text-before-edge', middle: 'central', bottom: 'text-after-edge' };

/** @param {{width: number, height: number}} size */
export function svgContext(size) {
  /** @type {any} the library's own methods have no types */
  const context = new Context({ ...size });
  context.fillText = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => {
    const { style } = document.createElement('span');
    style.font = context.font;
    const element = context.__createElement(
      'text',
      {
        x,
        y,
        'font-family': style.fontFamily,
        'font-size': style.fontSize,
        'font-weight': style.fontWeight,
        'text-anchor': ANCHORS[/** @type {'left'} */ (context.textAlign)] ?? 'start',
        'dominant-baseline': BASELINES[/** @type {'top'} */ (context.textBaseline)] ?? 'alphabetic',
      },
      true,
    );
    element.append(String(text));
    const group = context.__closestGroupOrSvg();
    context.__currentElement = element;
    context.__applyTransformation(element);
    context.__applyStyleToCurrentElement('fill');
    group.append(element);
  };
  return context;
}
