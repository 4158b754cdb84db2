"""Makes `weights/kinds.bin`: for common English words, what kind of thing they name (person, animal, food, tool, ...).

Taken from WordNet 3.0 (Princeton University; see ../words/WORDNET-LICENSE), the commonest sense: the nearest of the
concepts of CONCEPTS above it, or else its lexicographer's file. Debian's package `wordnet-base` has the database:

    python3 kinds.py --wordnet usr/share/wordnet --out ../weights/kinds.bin

The file: a table of 2^BITS bytes; a word's byte stands at the low bits of its hash as in hash.rs. 0 is unknown, 1 to
45 a lexicographer's file and one, 61 a person's name, 62 a place's, 63 another name, from 64 on a concept.
"""
import argparse, collections, pathlib, re

BITS = 17
NAMES = {18: 61, 15: 62}  # noun.person, noun.location
# Words and the number of their sense; what stands below them in WordNet is of their kind. At most 64 kinds.
CONCEPTS = {
    'noun': 'weapon 1, explosive 1, ammunition 1, poison 1, toxin 1, controlled_substance 1, drug_of_abuse 1, medicine 2, '
            'alcohol 1, crime 1, wrongdoing 2, violence 1, killing 2, attack 1, disease 1, mental_disorder 1, injury 1, '
            'body_part 1, sexual_activity 1, criminal 1, wrongdoer 1, juvenile 1, relative 1, professional 1, leader 1, '
            'entertainer 1, writer 1, religious_person 1, inhabitant 1, imaginary_being 1, spiritual_being 1, '
            'imaginary_place 1, insect 1, animal 1, microorganism 1, plant 2, food 1, food 2, beverage 1, clothing 1, '
            'furniture 1, container 1, vehicle 1, building 1, computer 1, software 1, game 1, music 1, document 1, money 1, '
            'chemical 1, celestial_body 1, organization 1, war 1',
    'verb': 'kill 1, injure 1, attack 1, destroy 1, damage 1, steal 1, deceive 1, threaten 2, hide 1, cook 3',
}


def fnv(text):
    h = 0x811c9dc5
    for b in b'v' + text.encode() + b'\0':
        h = ((h ^ b) * 0x01000193) & 0xffffffff
    h ^= h >> 16
    h = h * 0x85ebca6b & 0xffffffff
    h ^= h >> 13
    h = h * 0xc2b2ae35 & 0xffffffff
    return h ^ h >> 16


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--wordnet', type=pathlib.Path, required=True)
    p.add_argument('--out', type=pathlib.Path, required=True)
    args = p.parse_args()
    counts = collections.Counter()  # (lemma, part of speech) → occurrences in tagged text
    for line in (args.wordnet / 'cntlist.rev').read_text().splitlines():
        key, _, count = line.split()
        lemma, sense = key.split('%')
        counts[lemma, {'1': 'noun', '2': 'verb', '3': 'adj', '4': 'adv', '5': 'adj'}[sense[0]]] += int(count)
    best, number = {}, 64
    for part in ['noun', 'verb', 'adj', 'adv']:
        synsets, below, senses = {}, {}, {}
        for line in (args.wordnet / f'data.{part}').read_text().splitlines():
            if not line.startswith(' '):
                offset, file, *_ = line.split(' ', 2)
                synsets[offset] = (int(file), ' @i ' in line)
                below[offset] = re.findall(r'~i? (\d{8}) ', line)
        lines = [line.split() for line in (args.wordnet / f'index.{part}').read_text().splitlines() if not line.startswith(' ')]
        for fields in lines:
            senses[fields[0]] = fields[4 + int(fields[3]) + 2:]
        concept = {}
        tops = []
        for entry in CONCEPTS.get(part, '').split(', '):
            if entry:
                word, sense = entry.split()
                tops.append((senses[word][int(sense) - 1], number))
                number += 1
        stops = {offset for offset, _ in tops}
        for top, its in tops:  # a concept below another one keeps what is its own
            queue = [top]
            while queue:
                offset = queue.pop()
                concept.setdefault(offset, its)
                queue += [o for o in below[offset] if o not in concept and o not in stops]
        for fields in lines:
            lemma, first = fields[0], senses[fields[0]][0]
            if not lemma.isalpha() or not 3 <= len(lemma) <= 14:
                continue
            file, name = synsets[first]
            count = counts[lemma, part]
            common = file in (5, 6, 13, 14, 18, 20) and len(lemma) <= 9 and int(fields[2]) <= 3
            kind = NAMES.get(file, 63) if name else concept.get(first, file + 1)
            # Species and substances that nobody tagged are too many for the table.
            rare = file in (5, 20, 27) and len(lemma) > 8
            if count == 0 and not common and (rare or kind < 61):
                continue
            if lemma not in best or count > best[lemma][0]:
                best[lemma] = (count, kind)
    assert number <= 128
    table = bytearray(1 << BITS)
    for lemma, (_, kind) in sorted(best.items(), key=lambda item: item[1][0]):
        table[fnv(lemma) & (1 << BITS) - 1] = kind
    args.out.write_bytes(table)
    print(len(best), 'words', sum(k > 0 for k in table) / len(table), 'of the table')
    for word in 'mosquito neighbor balloon poison basketball lincoln paris vegan pillow elf cocaine strychnine revolver embezzle strangle aunt swede hobbit'.split():
        print(word, best.get(word))


main()
