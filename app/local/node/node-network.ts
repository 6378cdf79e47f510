/** Addresses inside the node's own network namespace; outside of it they mean nothing. */
export const NODE_NAME = "real-0";
export const NODE_ADDRESS = "10.250.0.2";
/** Apart from that of simulated pods. */
export const POD_RANGE = "10.245.0.0/24";
export const SERVICE_RANGE = "10.96.0.0/16";
export const DNS_ADDRESS = "10.96.0.10";
