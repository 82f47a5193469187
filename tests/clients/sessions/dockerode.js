// The same session with dockerode, which names no version.
const { Readable } = require('stream');
const Docker = require('dockerode');

const name = process.env.name;
const url = new URL(process.env.DOCKER_HOST);
const docker = url.protocol === 'unix:'
  ? new Docker({ socketPath: url.pathname })
  : new Docker({ host: url.hostname, port: url.port });

async function step(word, run) {
  try {
    console.log(`${word}: ${await run()}`);
  } catch (error) {
    console.log(`${word}: failed: ${String(error.message).replace(/\n/g, ' ')}`);
  }
}

const all = (stream) => new Promise((resolve, reject) => {
  const pieces = [];
  stream.on('data', (piece) => pieces.push(piece));
  stream.on('end', () => resolve(Buffer.concat(pieces)));
  stream.on('error', reject);
});
const listed = async (part) => (await docker.listContainers({ all: true }))
  .filter((one) => one.Names.some((own) => own.includes(part))).length;
const run = docker.getContainer(`${name}-run`);
const container = docker.getContainer(name);

// A tar of one file, by hand: name, size and checksum are all that matters here.
function tar(file, text) {
  const head = Buffer.alloc(512);
  head.write(file, 0);
  head.write('0000644\0', 100);
  head.write(text.length.toString(8).padStart(11, '0') + '\0', 124);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  const sum = head.reduce((one, other) => one + other, 0);
  head.write(sum.toString(8).padStart(6, '0') + '\0 ', 148);
  const body = Buffer.alloc(512);
  body.write(text);
  return Buffer.concat([head, body, Buffer.alloc(1024)]);
}

async function main() {
  const began = Math.floor(Date.now() / 1000);
  await step('version', async () => (await docker.version()).Os);
  await step('info', async () => (await docker.info()).OSType);
  await step('image', async () => {
    if (process.env.pull) {
      await all(await docker.pull('busybox:latest'));
    } else {
      await all(await docker.importImage(Readable.from([tar('file', 'content')]), { repo: name }));
    }
    return (await docker.listImages({ filters: { reference: ['busybox'] } })).length ? 'there' : 'missing';
  });
  await step('create', async () => {
    const Cmd = ['sh', '-c', 'read line; echo got $line; exit 3'];
    await docker.createContainer({ Image: 'busybox', name, Cmd, OpenStdin: true, StdinOnce: true, AttachStdin: true });
    return listed(name);
  });
  await step('attach', async () => {
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    await container.start();
    const output = all(stream);
    stream.write('hello\n');
    stream.end();
    const text = (await output).subarray(8).toString().trim();
    return `${text}\nexit code ${(await container.wait()).StatusCode}`;
  });
  await step('wait', async () => (await container.wait()).StatusCode);
  await step('logs', async () => (await container.logs({ stdout: true, stderr: true })).subarray(8).toString().trim());
  await step('inspect', async () => {
    const said = await container.inspect();
    return `${said.State.ExitCode} ${said.State.Running} ${said.Config.OpenStdin}`;
  });
  await step('run', async () => {
    await (await docker.createContainer({ Image: 'busybox', name: `${name}-run`, Cmd: ['sleep', '1000'] })).start();
    return listed(`${name}-run`);
  });
  await step('exec', async () => {
    const exec = await run.exec({ Cmd: ['sh', '-c', 'echo in exec; exit 4'], AttachStdout: true, AttachStderr: true });
    const output = await all(await exec.start({ hijack: true }));
    return `${output.subarray(8).toString().trim()}\nexit code ${(await exec.inspect()).ExitCode}`;
  });
  await step('cp', async () => {
    await run.putArchive(tar('file', 'content'), { path: '/tmp' });
    const archive = await all(await run.getArchive({ path: '/tmp/file' }));
    return archive.subarray(512, 512 + 7).toString();
  });
  await step('stats', async () => ((await run.stats({ stream: false })).memory_stats ? 'it-run' : 'nothing'));
  await step('events', async () => {
    const until = Math.floor(Date.now() / 1000) + 2;
    const filters = { container: [name] };
    const text = (await all(await docker.getEvents({ since: began, until, filters }))).toString();
    const seen = text.split('\n').filter(Boolean).map((line) => JSON.parse(line).Action);
    return ['create', 'start', 'die'].filter((word) => seen.includes(word)).map((word) => `${word} `).join('');
  });
  await step('networks', async () => {
    const network = await docker.createNetwork({ Name: `${name}-net` });
    const said = (await network.inspect()).Name;
    await network.remove();
    return said.replace(name, 'it');
  });
  await step('volumes', async () => {
    await docker.createVolume({ Name: `${name}-vol` });
    const volume = docker.getVolume(`${name}-vol`);
    const said = (await volume.inspect()).Name.replace(name, 'it');
    const Cmd = ['sh', '-c', 'echo kept >/data/file; cat /data/file'];
    const HostConfig = { Binds: [`${name}-vol:/data`] };
    const one = await docker.createContainer({ Image: 'busybox', name: `${name}-data`, Cmd, HostConfig });
    await one.start();
    await one.wait();
    const kept = (await one.logs({ stdout: true })).subarray(8).toString().trim();
    await one.remove();
    await volume.remove();
    return `${said}\n${kept}`;
  });
  await step('rm', async () => {
    await run.kill();
    await container.remove();
    await run.remove({ force: true });
    return listed(name);
  });
}

main();
