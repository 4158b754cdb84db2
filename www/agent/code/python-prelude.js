// What a Python program finds in the sandbox besides the language and its standard library: where `print` goes, `plot`, a
// stand-in for matplotlib, an event loop in which no time passes. Evaluated within the interpreter, as text; the one way out is
// `emit(kind, json)`. `run(source)` runs a program and tells how it ended, as JSON.

export const PRELUDE = `
def _prepare(emit):
    import ast, asyncio, builtins, inspect, io, json, math, sys, types
    NAME = 'program.py'
    HIDDEN = {'js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core', '_pyodide_importhook', 'micropip'}
    dumps = json.dumps

    class Out(io.TextIOBase):
        def __init__(self, kind):
            self.kind, self.line = kind, ''
        def writable(self):
            return True
        def write(self, text):
            if not isinstance(text, str):
                raise TypeError(f'write() argument must be str, not {type(text).__name__}')
            *lines, self.line = (self.line + text).split('\\n')
            if len(self.line) > 4000:
                lines, self.line = [*lines, self.line], ''
            if lines:
                emit(self.kind, dumps('\\n'.join(lines)))
            return len(text)
        def rest(self):
            if self.line:
                emit(self.kind, dumps(self.line))
            self.line = ''

    def numbers(values):
        def number(value):
            value = float(value)
            return value if math.isfinite(value) else None
        return [None if value is None else number(value) for value in values]

    def send(kind, series, labels=None, x='x'):
        longest = max((len(values) for _, values in series), default=0)
        labels = range(1, longest + 1) if labels is None else labels
        emit('plot', dumps({'kind': kind, 'x': str(x), 'labels': [str(each) for each in labels],
                            'series': [[str(name), numbers(values)] for name, values in series]}))

    def plot(first, second=None, type='line', x='x', label='y'):
        """plot(ys), plot(xs, ys) or plot({'name': ys}); type: line, bar, area, scatter or pie"""
        if isinstance(first, dict):
            return send(type, [(name, list(values)) for name, values in first.items()], None, x)
        if second is None:
            return send(type, [(label, list(first))], None, x)
        send(type, [(label, list(second))], list(first), x)

    class Plots:
        """A stand-in for matplotlib.pyplot: what is drawn here is a chart of the page."""
        def __init__(self):
            self._kind, self._series, self._labels, self._x = 'line', [], None, 'x'
        def _add(self, kind, ys, xs=None, label=None):
            self._kind = kind
            if xs is not None and self._labels is None:
                self._labels = list(xs)
            self._series.append([label or f'y{len(self._series) + 1}', list(ys)])
        def plot(self, *args, label=None, **_):
            lists = [each for each in args if not isinstance(each, str)]
            self._add('line', lists[-1], lists[0] if len(lists) > 1 else None, label)
        def scatter(self, x, y, *_, label=None, **__):
            self._add('scatter', y, x, label)
        def bar(self, x, height, *_, label=None, **__):
            self._add('bar', [height] * len(x) if isinstance(height, (int, float)) else height, x, label)
        barh = bar
        def pie(self, x, *_, labels=None, **__):
            self._add('pie', x, labels)
        def fill_between(self, x, y, *_, label=None, **__):
            self._add('area', y, x, label)
        def hist(self, x, bins=10, label=None, **_):
            values, bins = list(x), bins if isinstance(bins, int) else len(bins) - 1
            low, high = min(values), max(values)
            wide = (high - low) / bins or 1
            counts = [0] * bins
            for value in values:
                counts[min(bins - 1, int((value - low) / wide))] += 1
            self._add('bar', counts, [f'{low + i * wide:.4g}' for i in range(bins)], label)
        def xlabel(self, text, *_, **__):
            self._x = text
        set_xlabel = xlabel
        def show(self, *_, **__):
            if self._series:
                send(self._kind, self._series, self._labels, self._x)
            self.__init__()
        savefig = show
        def subplots(self, *_, **__):
            return self, self
        def __getattr__(self, name):
            # Looks: titles, legends, grids, colours.
            if name.startswith('_') or name in ('imshow', 'contour', 'boxplot', 'subplot3d'):
                raise AttributeError(f'{name} is not in this stand-in for matplotlib: plot, bar, scatter, pie and hist are')
            return lambda *_, **__: self

    class Loop(asyncio.BaseEventLoop):
        """What is due first is called first; nobody waits."""
        def __init__(self):
            super().__init__()
            self.now, self._selector = 0.0, self
        def time(self):
            return self.now
        def select(self, timeout):
            self.now += timeout or 0
            return []
        def _process_events(self, events):
            pass
        def _write_to_self(self):
            pass

    def alone(main, *, debug=None, loop_factory=None):
        loop = Loop()
        try:
            return loop.run_until_complete(main)
        finally:
            loop.close()

    def go(tree, mode, space):
        code = compile(tree, NAME, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        made = eval(code, space)
        return alone(made) if code.co_flags & inspect.CO_COROUTINE else made

    class Absent:
        """Behind all that finds modules, and in front of it for what belongs to the sandbox."""
        def __init__(self, names):
            self.names = names
        def find_spec(self, name, path=None, target=None):
            if self.names is None or name.partition('.')[0] in self.names:
                raise ModuleNotFoundError(f"No module named '{name}': it is not here, and nothing can be installed", name=name)

    def line_of(error):
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == NAME else None
        step = error.__traceback__
        while step:
            if step.tb_frame.f_code.co_filename == NAME:
                line = step.tb_lineno
            step = step.tb_next
        return line

    plots = Plots()
    matplotlib = types.ModuleType('matplotlib')
    matplotlib.pyplot, matplotlib.use = plots, lambda *_: None
    sys.modules.update({'matplotlib': matplotlib, 'matplotlib.pyplot': plots})
    sys.stdout, sys.stderr = Out('log'), Out('error')
    asyncio._set_running_loop(None)
    asyncio.run, asyncio.new_event_loop = alone, Loop
    usual = [each for each in sys.meta_path if 'pyodide' not in (getattr(each, '__module__', '') or type(each).__module__)]
    sys.meta_path[:] = [Absent(HIDDEN), *usual, Absent(None)]
    for name in [name for name in sys.modules if name.partition('.')[0] in HIDDEN]:
        del sys.modules[name]
    main = types.ModuleType('__main__')
    sys.modules['__main__'] = main
    main.__dict__.update(__builtins__=builtins, plot=plot)

    def run(source):
        result = {'ended': 'done'}
        try:
            tree = ast.parse(source, NAME)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            go(tree, 'exec', main.__dict__)
            value = None if last is None else go(ast.Expression(last.value), 'eval', main.__dict__)
            if value is not None and value is not plots:
                result['value'] = repr(value)[:10000]
        except SystemExit as stop:
            if stop.code not in (None, 0, False):
                result = {'ended': 'failed', 'error': {'name': 'SystemExit', 'message': str(stop.code)}}
        except MemoryError:
            result = {'ended': 'memory'}
        except BaseException as error:
            told = {'name': type(error).__name__, 'message': (error.msg if isinstance(error, SyntaxError) else str(error))[:2000]}
            line = line_of(error)
            result = {'ended': 'failed', 'error': {**told, 'line': line} if line else told}
        try:
            plots.show()
            sys.stdout.rest()
            sys.stderr.rest()
        except BaseException:
            pass
        return dumps(result)
    return run
_prepare
`;
