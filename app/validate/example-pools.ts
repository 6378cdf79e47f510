/** `campanile.yaml` of the examples that need to know which nodes there are. */
export const FLEET_WITH_POOLS = `title: Courses
clusters:
  courses:
    context: courses
    kubernetesVersion: 1.36.3
    storageClasses: [standard]
    pools:
      core: { purpose: core, nodes: { min: 1, max: 3 }, allocatable: { cpu: 3920m, memory: 14Gi } }
      data8: { nodes: { min: 0, max: 10 }, allocatable: { cpu: 7910m, memory: 56Gi }, attachableDisks: 127 }
environments: [{ name: staging }, { name: prod }]
charts: { hub: "https://charts.example/" }
`;
