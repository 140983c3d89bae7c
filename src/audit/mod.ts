/** The door of the audit log. */

export { type AuditLog, type AuditLogOptions, createAuditLog } from "./audit_log.ts";
export { type AuditLine, type AuditQuery, readAudit } from "./read_audit.ts";
