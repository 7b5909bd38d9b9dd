/** Where suites come from: files, addresses, a hub and mirrors on this machine; what a run remembers of them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { brokenFile, file, fileServer } from '../remote/fixtures/file-server.ts';
import { hubServer } from '../remote/fixtures/hub-server.ts';
import { knownFiles } from './known-files.ts';
import { openSuite } from './open-suite.ts';
import { SuiteError } from './suite-error.ts';

const shared = fileURLToPath(new URL('../../../../shared/data/imo-bench', import.meta.url));
const skip = existsSync(shared) ? false : '../shared/data/imo-bench is not here';
const parquet = readFileSync(new URL('../../../golden/parquet/snappy.parquet', import.meta.url));
const toys = 'id,problem,answer\na,What is 1+1?,2\nb,What is 1+2?,3\n';
const toysSha256 = createHash('sha256').update(toys).digest('hex');

async function refused(found: Promise<unknown>, ...messages: readonly RegExp[]): Promise<void> {
  await assert.rejects(found, (error) => {
    assert.ok(error instanceof SuiteError, `${error}`);
    for (const message of messages) assert.match(error.message, message);
    return true;
  });
}

const cacheOf = (context: TestContext) => ({ QED_CACHE: temporaryDirectory(context) });

test('an address is fetched once, checked where a checksum is given, and warned of where not', async (context) => {
  const environment = cacheOf(context);
  const server = await fileServer(context, { '/toys.csv': file(toys) });
  const address = server.url('/toys.csv').href;
  const suite = await openSuite(address, { environment });
  assert.deepEqual([suite.name, suite.problems.length, suite.source.checked], ['toys', 2, 'unchecked']);
  assert.match(
    suite.warnings.join('\n'),
    /nothing says that this is the file it was before; name its SHA-256/,
  );
  assert.equal(suite.source.files[0]?.url, address);
  const checked = await openSuite(address, { environment, sha256: toysSha256.toUpperCase() });
  assert.deepEqual([checked.source.checked, checked.warnings, checked.digest], ['given', [], suite.digest]);
  assert.equal(server.asked.length, 1);
  await refused(openSuite(address, { environment, sha256: '0'.repeat(64) }), /SHA-256 is \w+, not 0{64}/);
  await refused(
    openSuite(address, { environment, sha256: '../x' }),
    /\.\.\/x: a SHA-256 of 64 hexadecimal digits/,
  );
  await server.close();
  assert.equal((await openSuite(address, { environment })).digest, suite.digest);
  await refused(openSuite(address, { environment, refresh: true }), /ECONNREFUSED/, /name the file instead/);
});

test('where an address does not say the format, the type of the answer does', async (context) => {
  const server = await fileServer(context, {
    '/download?id=7': file(toys, undefined, { 'content-type': 'text/csv; charset=utf-8' }),
    '/download?id=8': file(toys),
  });
  const environment = cacheOf(context);
  assert.equal((await openSuite(server.url('/download?id=7').href, { environment })).problems.length, 2);
  await refused(
    openSuite(server.url('/download?id=8').href, { environment }),
    /without an extension is not read/,
  );
});

test('a data set of the hub is read at a commit, which a run remembers', async (context) => {
  const directory = temporaryDirectory(context);
  const server = await hubServer(context, directory);
  const { environment } = server;
  const lockFile = path.join(directory, 'suites.lock.json');
  const sha = 'a'.repeat(40);
  server.publish('ada/toys', 'main', {
    sha,
    files: { 'data/train-00000-of-00001.parquet': parquet },
    card: { license: 'cc0-1.0' },
  });
  const suite = await openSuite('hub:ada/toys', { environment, lockFile });
  const { name, kind, problems, source } = suite;
  assert.deepEqual(
    [name, kind, problems.length, source.revision, source.licence, source.checked],
    ['ada/toys', 'proof', 7, sha, 'cc0-1.0', 'recorded'],
  );
  assert.deepEqual(problems[0]?.tags, { contest: 'TOY', year: 2020 });
  assert.equal(problems[0]?.scheme?.checkpoints.length, 2);
  server.publish('ada/toys', 'main', { sha: 'b'.repeat(40), files: { 'train.csv': toys } });
  const again = await openSuite('hub:ada/toys', { environment, lockFile });
  assert.deepEqual(
    [again.digest, again.source.revision, again.source.checked],
    [suite.digest, sha, 'locked'],
  );
  const elsewhere = await openSuite('hub:ada/toys', { environment });
  assert.deepEqual([elsewhere.source.revision, elsewhere.problems.length], ['b'.repeat(40), 2]);
  assert.match(elsewhere.warnings.join('\n'), /name a revision or its SHA-256/);
  await server.close();
  assert.equal((await openSuite('hub:ada/toys', { environment, lockFile })).digest, suite.digest);
  assert.equal((await openSuite(`hub:ada/toys@${sha}:train`, { environment })).digest, suite.digest);
  assert.match(
    (await openSuite('hub:ada/toys', { environment })).warnings.join('\n'),
    /the hub cannot be reached/,
  );
  await refused(
    openSuite('hub:ada/others', { environment }),
    /ECONNREFUSED/,
    /hub:ada\/others is not on this machine/,
  );
});

test('proofbench comes from the hub, in two parts', async (context) => {
  const server = await hubServer(context, temporaryDirectory(context));
  const rows = ['APMO-2023-2', 'IMO-2025-1', 'TST-2024-3'].map((problem_id, index) =>
    JSON.stringify({
      problem_id,
      problem: `Prove ${index}.`,
      solution: 'So.',
      grading_scheme: '7 points: all',
    }),
  );
  server.publish('lm-provers/ProofBench', 'main', {
    sha: 'c'.repeat(40),
    files: { 'train.jsonl': rows.join('\n') },
  });
  const suite = await openSuite('proofbench:24_25', { environment: server.environment });
  assert.deepEqual([suite.name, suite.kind, suite.scale], ['proofbench:24_25', 'proof', 'points']);
  assert.deepEqual(
    suite.problems.map(({ id, guidelines }) => [id, guidelines]),
    [
      ['IMO-2025-1', '7 points: all'],
      ['TST-2024-3', '7 points: all'],
    ],
  );
  assert.match(suite.warnings.join('\n'), /3 problems, where the published set has 145/);
});

test('a run refuses a suite whose file has changed', async (context) => {
  const directory = temporaryDirectory(context);
  const lockFile = path.join(directory, 'suites.lock.json');
  const own = path.join(directory, 'toys.csv');
  writeFileSync(own, toys);
  const open = () => openSuite(own, { environment: {}, lockFile });
  assert.deepEqual([(await open()).source.checked, (await open()).source.checked], ['recorded', 'locked']);
  const recorded = readFileSync(lockFile, 'utf8');
  writeFileSync(own, toys.replace('1+2', '2+1'));
  await refused(
    open(),
    /toys\.csv is not what it was when this run first used it: its SHA-256 was \w{64} and is \w{64}/,
  );
  assert.equal(readFileSync(lockFile, 'utf8'), recorded);
  // What cannot be opened is not recorded.
  const broken = path.join(directory, 'broken.csv');
  writeFileSync(broken, 'id,problem\na,\n');
  await refused(openSuite(broken, { environment: {}, lockFile }), /the statement is empty/);
  assert.equal(readFileSync(lockFile, 'utf8'), recorded);
  writeFileSync(lockFile, '{');
  await refused(open(), /suites\.lock\.json: it cannot be read/);
});

test('a built-in suite that cannot be had says what to fetch and where to put it', async (context) => {
  const server = await fileServer(context);
  const environment = { ...cacheOf(context), QED_SUITES: server.origin };
  await refused(
    openSuite('imo-answerbench', { environment }),
    /imo-answerbench: answerbench_v2\.csv is not on this machine and could not be fetched/,
    /answers 404/,
    /SHA-256 is 275877a9/,
  );
  await server.close();
  await refused(
    openSuite('imo-proofbench@v1:basic', { environment }),
    /proofbench\.csv is not on this machine/,
    /ECONNREFUSED/,
    /QED_SUITES names/,
  );
  await refused(
    openSuite('proofbench', { environment: { ...environment, HF_ENDPOINT: server.origin } }),
    /ECONNREFUSED/,
    /hub:lm-provers\/ProofBench is not on this machine/,
  );
});

test('a built-in suite is never another file', async (context) => {
  const directory = temporaryDirectory(context);
  writeFileSync(path.join(directory, 'proofbench_v2.csv'), toys);
  const environment = { ...cacheOf(context), QED_SUITES: directory };
  await refused(openSuite('imo-proofbench', { environment }), /its ids are not those of imo-proofbench/);
  await refused(
    openSuite('imo-proofbench@v2', { environment }),
    /it is not a file that is known, not imo-proofbench@v2/,
  );
  await refused(
    openSuite('imo-answerbench', { environment, path: directory }),
    /there is no answerbench_v2\.csv in it/,
  );
  await refused(openSuite('imo-answerbench', { environment, path: 'nowhere' }), /nowhere: no such file/);
});

test('a spec that names nothing is refused with what could be named', async () => {
  for (const [spec, message] of [
    ['imo-prooofbench', /no such suite and no such file; a suite is one of imo-proofbench, /],
    ['imo-proofbench:easy', /no part of it is called easy; it has basic and advanced/],
    ['imo-proofbench@v7', /no version v7; known are v2, v1, v2-lean/],
    ['hub:../..', /is written hub:OWNER\/NAME/],
    ['hub:ada', /is written hub:OWNER\/NAME/],
    ['https://', /it is not an address/],
    ['ftp://example.org/a.csv', /no such suite and no such file/],
    ['http://example.org/a.csv', /not an https:\/\/ address/],
    ['.', /it is a directory/],
  ] as const) {
    await refused(openSuite(spec, { environment: {} }), message);
  }
});

test('the published files: from a mirror over a broken line, from a copy, from the cache', {
  skip,
}, async (context) => {
  const environment = cacheOf(context);
  const server = await fileServer(context);
  for (const { file: name } of knownFiles) {
    const content = readFileSync(path.join(shared, name));
    const [broken, whole] = [brokenFile(content, 50_000, '"v"'), file(content, '"v"')];
    server.serve(`/mirror/${name}`, (request, response, count) =>
      (count === 0 ? broken : whole)(request, response, count),
    );
  }
  const mirrored = { ...environment, QED_SUITES: `${server.origin}/mirror` };
  const suite = await openSuite('imo-answerbench', { environment: mirrored });
  assert.deepEqual([suite.version, suite.problems.length, suite.source.checked], ['v2', 400, 'known']);
  assert.deepEqual(
    server.asked.map(({ headers }) => headers.range),
    [undefined, 'bytes=50000-'],
  );
  await server.close();
  assert.equal((await openSuite('imo-answerbench', { environment: mirrored })).digest, suite.digest);
  const copies = path.join(environment.QED_CACHE, 'suites');
  mkdirSync(copies, { recursive: true });
  writeFileSync(path.join(copies, 'proofbench_v2.csv'), readFileSync(path.join(shared, 'proofbench_v2.csv')));
  assert.equal((await openSuite('imo-proofbench:advanced', { environment })).problems.length, 30);
  assert.equal(
    (await openSuite('imo-proofbench', { environment: { QED_SUITES: path.dirname(shared) } })).problems
      .length,
    60,
  );
});
