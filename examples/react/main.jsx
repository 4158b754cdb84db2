// A chat in React. `?model=` names another model.
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { isAbort, loadEngine } from 'loquat-chat';

const MODEL =
  new URLSearchParams(location.search).get('model') ??
  'hub:HuggingFaceTB/SmolLM2-360M-Instruct-GGUF/smollm2-360m-instruct-q8_0.gguf';

/** The model, once somebody has asked for it, and how far it is. */
function useEngine() {
  const [engine, setEngine] = useState(null);
  const [status, setStatus] = useState('The model is some 400 MB, and stays on this device.');
  const load = async () => {
    try {
      const onProgress = ({ phase, loaded, total }) =>
        setStatus(`${phase} ${total ? Math.round((loaded / total) * 100) : 0} %`);
      setEngine(await loadEngine({ model: MODEL, onProgress }));
      setStatus('Ready.');
    } catch (error) {
      setStatus(`${error.message} ${error.remedy ?? ''}`);
    }
  };
  return { engine, status, setStatus, load };
}

function Chat() {
  const { engine, status, setStatus, load } = useEngine();
  const [messages, setMessages] = useState([]);
  const [question, setQuestion] = useState('');
  const abort = useRef(null);

  const ask = async (event) => {
    event.preventDefault();
    const asked = [...messages, { role: 'user', content: question }];
    setQuestion('');
    let answer = '';
    const show = () => setMessages([...asked, { role: 'assistant', content: answer }]);
    show();
    abort.current = new AbortController();
    const { signal } = abort.current;
    try {
      const request = { messages: asked, max_tokens: 300, stream: true };
      for await (const chunk of await engine.chat.completions.create(request, { signal })) {
        answer += chunk.choices[0]?.delta.content ?? '';
        show();
      }
    } catch (error) {
      if (!isAbort(error)) setStatus(`${error.message} ${error.remedy ?? ''}`);
    }
    abort.current = null;
  };

  return (
    <main>
      <p role="status">{status}</p>
      {!engine && (
        <button type="button" onClick={load}>
          Load the model
        </button>
      )}
      <div role="log">
        {messages.map(({ role, content }, i) => (
          <p key={i} className={role === 'user' ? 'question' : 'answer'}>
            {content}
          </p>
        ))}
      </div>
      {engine && (
        <form onSubmit={ask}>
          <input
            aria-label="Question"
            value={question}
            onChange={(event) => setQuestion(event.target.value)}
            required
          />
          <button>Ask</button>
          <button type="button" onClick={() => abort.current?.abort()}>
            Stop
          </button>
        </form>
      )}
    </main>
  );
}

createRoot(document.getElementById('root')).render(<Chat />);
