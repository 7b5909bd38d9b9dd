import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from './html.ts';
import { standingPage } from './standing-page.ts';

test('a page forbids scripts and the network, and escapes what it is told', () => {
  const page = standingPage({
    title: '<script>alert(1)</script>',
    description: '"onload=x',
    stylesheet: 'p{color:red}',
    main: html`<p>${'<b>'}</p>`,
  });
  assert.match(page, /^<!doctype html>\n<html lang="en">/);
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'/);
  assert.doesNotMatch(page, /<script|<b>|""onload/);
  assert.match(page, /<style>p\{color:red\}<\/style>/);
  assert.doesNotMatch(page, /generator/);
  assert.match(standingPage({ title: 't', stylesheet: '', version: '1.2', main: '' }), /content="QED 1\.2"/);
});
