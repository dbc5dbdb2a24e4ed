import type { SaslMechanism, SecretState } from '../../../../../electron/contract/signatures.ts';
import { CertificateField, ChoiceField, type Form, SecretField, TextField, TlsSwitch } from './fields.tsx';
import type { Draft } from './profile-draft.ts';

interface ServiceFormProps<S extends 'kafka' | 'postgres' | 'redis'> {
  readonly form: Form;
  readonly value: Draft[S];
  readonly secret: {
    readonly state: SecretState;
    readonly value: string | null | undefined;
    readonly kept: 'stored' | 'session';
    readonly onChange: (value: string | null | undefined) => void;
  };
  readonly onChange: (value: Draft[S]) => void;
}

const mechanisms: readonly { readonly value: SaslMechanism | 'none'; readonly label: string }[] = [
  { value: 'none', label: 'None' },
  { value: 'plain', label: 'PLAIN' },
  { value: 'scram-sha-256', label: 'SCRAM-SHA-256' },
  { value: 'scram-sha-512', label: 'SCRAM-SHA-512' },
];

export function KafkaForm({ form, value, secret, onChange }: ServiceFormProps<'kafka'>) {
  const change = (patch: Partial<Draft['kafka']>): void => onChange({ ...value, ...patch });
  return (
    <>
      <TextField
        form={form}
        field="kafka.brokers"
        label="Brokers"
        placeholder="kafka-1.example:9092, kafka-2.example:9092"
        value={value.brokers}
        span={6}
        onChange={(brokers) => change({ brokers })}
      />
      <TextField
        form={form}
        field="kafka.topic"
        label="Topic"
        value={value.topic}
        span={3}
        onChange={(topic) => change({ topic })}
      />
      <TextField
        form={form}
        field="kafka.group"
        label="Consumer group"
        value={value.group}
        span={3}
        onChange={(group) => change({ group })}
      />
      <TlsSwitch form={form} service="Kafka" value={value.tls} span={2} onChange={(tls) => change({ tls })} />
      <ChoiceField
        form={form}
        label="SASL mechanism"
        value={value.mechanism}
        options={mechanisms}
        span={3}
        onChange={(mechanism) => change({ mechanism })}
      />
      {value.mechanism === 'none' ? null : (
        <>
          <TextField
            form={form}
            field="kafka.username"
            label="User"
            value={value.username}
            span={3}
            onChange={(username) => change({ username })}
          />
          <SecretField form={form} service="Kafka" span={4} {...secret} />
        </>
      )}
      <CertificateField form={form} field="kafka.ca" value={value.tls} onChange={(tls) => change({ tls })} />
    </>
  );
}

export function PostgresForm({ form, value, secret, onChange }: ServiceFormProps<'postgres'>) {
  const change = (patch: Partial<Draft['postgres']>): void => onChange({ ...value, ...patch });
  return (
    <>
      <TextField
        form={form}
        field="postgres.host"
        label="Host"
        placeholder="db.example"
        value={value.host}
        span={5}
        onChange={(host) => change({ host })}
      />
      <TextField
        form={form}
        field="postgres.port"
        label="Port"
        value={value.port}
        span={2}
        onChange={(port) => change({ port })}
      />
      <TextField
        form={form}
        field="postgres.database"
        label="Database"
        value={value.database}
        span={3}
        onChange={(database) => change({ database })}
      />
      <TlsSwitch form={form} service="PostgreSQL" value={value.tls} span={2} onChange={(tls) => change({ tls })} />
      <TextField
        form={form}
        field="postgres.user"
        label="User"
        value={value.user}
        span={5}
        onChange={(user) => change({ user })}
      />
      <SecretField form={form} service="PostgreSQL" span={5} {...secret} />
      <CertificateField form={form} field="postgres.ca" value={value.tls} onChange={(tls) => change({ tls })} />
    </>
  );
}

export function RedisForm({ form, value, secret, onChange }: ServiceFormProps<'redis'>) {
  const change = (patch: Partial<Draft['redis']>): void => onChange({ ...value, ...patch });
  return (
    <>
      <TextField
        form={form}
        field="redis.host"
        label="Host"
        placeholder="cache.example"
        value={value.host}
        span={5}
        onChange={(host) => change({ host })}
      />
      <TextField
        form={form}
        field="redis.port"
        label="Port"
        value={value.port}
        span={2}
        onChange={(port) => change({ port })}
      />
      <TextField
        form={form}
        field="redis.database"
        label="Database number"
        value={value.database}
        span={3}
        onChange={(database) => change({ database })}
      />
      <TlsSwitch form={form} service="Redis" value={value.tls} span={2} onChange={(tls) => change({ tls })} />
      <TextField
        form={form}
        field="redis.username"
        label="User, empty for none"
        value={value.username}
        span={4}
        onChange={(username) => change({ username })}
      />
      <SecretField form={form} service="Redis" span={4} {...secret} />
      <TextField
        form={form}
        field="redis.keyPrefix"
        label="Key prefix"
        value={value.keyPrefix}
        span={4}
        onChange={(keyPrefix) => change({ keyPrefix })}
      />
      <CertificateField form={form} field="redis.ca" value={value.tls} onChange={(tls) => change({ tls })} />
    </>
  );
}
