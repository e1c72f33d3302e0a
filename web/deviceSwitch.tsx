import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AppError, Backend, ModelFacts } from "./backend/backend.js";
import { openDevice } from "./backend/device.js";
import { Icon } from "./controls/icons.js";
import { asAppError, useApp } from "./state.js";

interface DeviceSwitchProps {
  readonly facts: ModelFacts;
  readonly bundle: (onBytes: (done: number, all: number) => void) => Promise<Uint8Array>;
  readonly device: Backend | undefined;
  readonly onDevice: (backend: Backend | undefined) => void;
}

/** Brings the model into the page, or goes back to the server. */
export function DeviceSwitch({ facts, bundle, device, onDevice }: DeviceSwitchProps): JSX.Element {
  const { t, format } = useApp();
  const [progress, setProgress] = useState<{ done: number; all: number }>();
  const [failure, setFailure] = useState<AppError>();
  const busy = progress !== undefined;

  async function onSwitch(): Promise<void> {
    setFailure(undefined);
    if (device) {
      device.close();
      onDevice(undefined);
      return;
    }
    try {
      setProgress({ done: 0, all: 0 });
      const bytes = await bundle((done, all) => setProgress({ done, all }));
      const { backend } = await openDevice(bytes, facts.name);
      onDevice(backend);
    } catch (error) {
      setFailure(asAppError(error));
    } finally {
      setProgress(undefined);
    }
  }
  const told = !facts.downloadable ? t.device.off : !progress ? t.device.explain : progress.all > 0 && progress.done >= progress.all ? t.device.opening : t.device.loading(format.bytes(progress.done), progress.all > 0 ? format.bytes(progress.all) : "…");
  return (
    <div class="device">
      <button type="button" role="switch" class="switch" aria-checked={device !== undefined} aria-describedby="device-told" disabled={!facts.downloadable || busy} onClick={() => void onSwitch()}>
        <span class="switch-track" aria-hidden="true" />
        <Icon name="chip" />
        {t.device.title}
      </button>
      <p id="device-told" class="faint small" role="status">
        {failure ? (failure.offline ? t.app.offline : failure.message) : device ? t.device.on : told}
      </p>
    </div>
  );
}
