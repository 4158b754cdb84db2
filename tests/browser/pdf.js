// PDF files made for tests, by the format's description (ISO 32000-1).

/**
 * A PDF with a few lines of text on each page; pdf.js finds the objects itself, as it does in damaged files.
 * @param {readonly (string | readonly string[])[]} pages
 */
export function pdf(pages) {
  const kids = pages.map((_, n) => `${10 + 2 * n} 0 R`).join(' ');
  const objects = [
    '1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj',
    `2 0 obj <</Type /Pages /Count ${pages.length} /Kids [${kids}]>> endobj`,
    '3 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj',
    ...pages.flatMap((lines, n) => {
      const shown = [lines].flat().map((line) => `(${line.replace(/[()\\]/g, '\\$&')}) Tj 0 -16 Td`);
      const stream = `BT /F1 12 Tf 72 700 Td ${shown.join(' ')} ET`;
      return [
        `${10 + 2 * n} 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${11 + 2 * n} 0 R ` +
          '/Resources <</Font <</F1 3 0 R>>>>>> endobj',
        `${11 + 2 * n} 0 obj <</Length ${stream.length}>> stream\n${stream}\nendstream endobj`,
      ];
    }),
  ];
  return Buffer.from(`%PDF-1.4\n${objects.join('\n')}\ntrailer <</Root 1 0 R>>\n%%EOF\n`);
}

/**
 * A PDF whose pages are pictures.
 * @param {readonly {bytes: readonly number[], width: number, height: number}[]} pictures JPEG
 */
export function scan(pictures) {
  const kids = pictures.map((_, n) => `${10 + 3 * n} 0 R`).join(' ');
  /** @type {Buffer[]} */
  const made = [];
  const add = (/** @type {string | Buffer} */ part) => made.push(Buffer.from(part));
  add('%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n');
  add(`2 0 obj <</Type /Pages /Count ${pictures.length} /Kids [${kids}]>> endobj\n`);
  pictures.forEach(({ bytes, width, height }, n) => {
    const id = 10 + 3 * n;
    const [across, up] = [612, Math.round((612 * height) / width)];
    const draw = `${across} 0 0 ${up} 0 0 cm /P Do`;
    add(`${id} 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 ${across} ${up}] /Contents ${id + 1} 0 R `);
    add(`/Resources <</XObject <</P ${id + 2} 0 R>>>>>> endobj\n`);
    add(`${id + 1} 0 obj <</Length ${draw.length}>> stream\n${draw}\nendstream endobj\n`);
    add(`${id + 2} 0 obj <</Type /XObject /Subtype /Image /Width ${width} /Height ${height} `);
    add(`/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${bytes.length}>> stream\n`);
    add(Buffer.from(bytes));
    add('\nendstream endobj\n');
  });
  add('trailer <</Root 1 0 R>>\n%%EOF\n');
  return Buffer.concat(made);
}
