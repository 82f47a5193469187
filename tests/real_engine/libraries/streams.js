// What dockerode sees of attach, exec, logs and cp, a line for each observation.
'use strict';

const crypto = require('crypto');
const { PassThrough } = require('stream');
const Docker = require('dockerode');

const name = process.env.name;
const docker = new Docker();

const create = (suffix, command, options) =>
  docker.createContainer({ Image: 'busybox', name: name + suffix, Cmd: ['sh', '-c', command], ...options });

const collect = (stream) =>
  new Promise((resolve, reject) => {
    const pieces = [];
    stream.on('data', (piece) => pieces.push(piece));
    stream.on('end', () => resolve(Buffer.concat(pieces)));
    stream.on('error', reject);
  });

// The two outputs of a stream in frames.
async function demux(stream) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => { out.end(); err.end(); });
  const [stdout, stderr] = await Promise.all([collect(out), collect(err)]);
  return JSON.stringify([stdout.toString(), stderr.toString()]);
}

async function main() {
  // attach with an upgrade: input, its end, output behind it.
  let container = await create('-attach', 'cat; echo err >&2; exit 3', { OpenStdin: true, StdinOnce: true });
  let stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  await container.start();
  let seen = demux(stream);
  stream.end('hello\n');
  console.log('attach', await seen, JSON.stringify(await container.wait()));

  // attach in the old form, without an upgrade: output only.
  container = await create('-old', 'echo old form', {});
  stream = await container.attach({ stream: true, stdout: true, stderr: true });
  await container.start();
  console.log('attach, old form', await demux(stream));

  // much input, and its end.
  container = await create('-much', 'sha256sum', { OpenStdin: true, StdinOnce: true });
  stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  await container.start();
  seen = demux(stream);
  const blob = Buffer.alloc(3000000, 'vicgate');
  stream.end(blob);
  const expected = crypto.createHash('sha256').update(blob).digest('hex');
  console.log('much input', (await seen).includes(expected));

  // logs that follow.
  container = await create('-logs', 'echo first; usleep 200000; echo last; echo err >&2', {});
  await container.start();
  console.log('follow', await demux(await container.logs({ follow: true, stdout: true, stderr: true })));
  console.log('logs', JSON.stringify((await container.logs({ stdout: true })).toString()));

  // exec, with and without an upgrade.
  container = await create('-exec', 'sleep 1000', {});
  await container.start();
  let exec = await container.exec({ Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 4'], AttachStdout: true, AttachStderr: true });
  console.log('exec, old form', await demux(await exec.start({})), (await exec.inspect()).ExitCode);
  exec = await container.exec({ Cmd: ['tr', 'a-z', 'A-Z'], AttachStdin: true, AttachStdout: true, AttachStderr: true });
  stream = await exec.start({ hijack: true, stdin: true });
  seen = demux(stream);
  stream.end('keys\n');
  console.log('exec with input', await seen, (await exec.inspect()).ExitCode);

  // cp both ways.
  const tar = await collect(await container.getArchive({ path: '/etc/passwd' }));
  console.log('get', tar.length % 512, tar.subarray(0, 6).toString());
  await container.putArchive(tar, { path: '/tmp' });
  exec = await container.exec({ Cmd: ['cmp', '/etc/passwd', '/tmp/passwd'], AttachStdout: true, AttachStderr: true });
  console.log('put', await demux(await exec.start({ hijack: true })), (await exec.inspect()).ExitCode);
  console.log('all done');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
