import type { Session } from 'electron';
import type { Logger } from '../../../backend/ports/logger.ts';

/** The console needs no camera, place, clipboard reading or notification of the page: every permission is refused. */
export function denyPermissions(session: Session, logger: Logger): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    logger.warn('permission refused', { permission });
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  // Files are saved through the router's dialog only.
  session.on('will-download', (event) => {
    event.preventDefault();
    logger.warn('download refused');
  });
}
