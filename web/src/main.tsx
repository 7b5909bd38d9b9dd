/** The browser app: one page at a time inside the shell, chosen by the address. */
import { render } from 'preact';
import { App } from './app.tsx';
import './style/base.css';
import './style/parts.css';
import './style/print.css';

const place = document.querySelector('#app');
// What an exported page says where no script runs.
document.querySelector('#unstarted')?.remove();
if (place !== null) render(<App />, place);
