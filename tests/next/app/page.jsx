'use client';
import { useEffect, useState } from 'react';
import { loadEngine } from 'loquat-chat';

async function ask() {
  const engine = await loadEngine({ model: '/models/tiny.gguf' });
  const messages = [{ role: 'user', content: 'Hi' }];
  const done = await engine.chat.completions.create({ messages, max_tokens: 5 });
  await engine.close();
  return `${done.usage.completion_tokens} tokens`;
}

export default function Page() {
  const [answer, setAnswer] = useState('');
  useEffect(() => void ask().then(setAnswer, (error) => setAnswer(String(error))), []);
  return <output>{answer}</output>;
}
