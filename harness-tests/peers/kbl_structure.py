"""Reads a KBL 2.4 container (VDA 4964) on standard input as a receiver would, with an XML parser of its own.

Checked: of each element which children it may have, in which order and how often, as far as Spine writes them; that ids are unique and
each reference leads to an element of the right kind; numbers that are numbers. Then the harness is followed from contact to contact.
Prints JSON: what is wrong, and for each plug which plugs each of its contacts is joined with, and the metres of wire.
"""
import collections
import json
import sys
import xml.etree.ElementTree as ElementTree

PART = ['Part_number', 'Company_name', 'Version', 'Abbreviation', 'Description', 'Mass_information?']
# Children in their order; ? at most one, * any number, + at least one, otherwise exactly one.
CHILDREN = {
    'KBL_container': ['Cartesian_point*', 'Connector_housing*', 'General_wire*', 'Harness?', 'Node*', 'Routing*', 'Segment*', 'Unit*'],
    'KBL_container/Cartesian_point': ['Coordinates+'],
    'Connector_housing': PART + ['Slots*'],
    'Connector_housing/Slots': ['Number_of_cavities', 'Cavities+'],
    'Slots/Cavities': ['Cavity_number'],
    'General_wire': PART + ['Wire_type?', 'Cross_section_area?', 'Cover_colour+'],
    'Cover_colour': ['Colour_type', 'Colour_value'],
    'Harness': PART + ['Car_classification_level_2', 'Model_year', 'Content', 'Connection*', 'Connector_occurrence*', 'General_wire_occurrence*'],
    'Connection': ['Id?', 'Signal_name?', 'Nominal_voltage?', 'Wire', 'Extremities+'],
    'Extremities': ['Position_on_wire', 'Contact_point'],
    'Connector_occurrence': ['Id', 'Part', 'Contact_points*', 'Slots*'],
    'Contact_points': ['Id', 'Contacted_cavity'],
    'Connector_occurrence/Slots': ['Part', 'Cavities+'],
    'Connector_occurrence/Slots/Cavities': ['Part'],
    'General_wire_occurrence': ['Part', 'Length_information+', 'Wire_number'],
    'Length_information': ['Length_type', 'Length_value'],
    'Node': ['Id', 'Cartesian_point'],
    'Routing': ['Routed_wire', 'Segments?'],
    'Segment': ['Id', 'Physical_length?', 'End_node', 'Start_node'],
    'Unit': ['Unit_name?', 'Si_unit_name?', 'Si_prefix?', 'Si_dimension?'],
}
VALUE = ['Unit_component', 'Value_component']
CHILDREN.update({name: VALUE for name in ('Mass_information', 'Cross_section_area', 'Length_value', 'Physical_length')})
# A reference by its place, and what it has to lead to.
REFERENCES = {
    'Connection/Wire': 'General_wire_occurrence', 'Extremities/Contact_point': 'Contact_points', 'Connector_occurrence/Part': 'Connector_housing',
    'Contact_points/Contacted_cavity': 'Cavities', 'Slots/Part': 'Slots', 'Cavities/Part': 'Cavities', 'General_wire_occurrence/Part': 'General_wire',
    'Node/Cartesian_point': 'Cartesian_point', 'Routing/Routed_wire': 'General_wire_occurrence', 'Routing/Segments': 'Segment',
    'Segment/End_node': 'Node', 'Segment/Start_node': 'Node',
}
REFERENCES.update({f'{name}/Unit_component': 'Unit' for name in ('Mass_information', 'Cross_section_area', 'Length_value', 'Physical_length')})
NUMBERS = {'Coordinates', 'Number_of_cavities', 'Position_on_wire', 'Value_component'}
CHOICES = {
    'Si_unit_name': {'metre', 'gram', 'kelvin', 'newton', 'degree Celsius'}, 'Si_prefix': {'milli', 'centi', 'kilo', 'micro'},
    'Si_dimension': {'square', 'cubic'}, 'Content': {'harness complete set', 'harness subset', 'harness variant', 'module', 'modular harness'},
}

wrong = []
root = ElementTree.parse(sys.stdin).getroot()
if root.tag != '{http://www.prostep.org/Car_electric_container/KBL2.3/KBLSchema}KBL_container':
    wrong.append(f'the root is {root.tag}')
plain = lambda element: element.tag.split('}')[-1]
by_id = {}
for element in root.iter():
    own = element.get('id')
    if own is not None and own in by_id:
        wrong.append(f'id {own} twice')
    if own is not None:
        by_id[own] = element


def check(element, path):
    names = [plain(child) for child in element]
    rule = next((CHILDREN[key] for key in ('/'.join(path[-3:]), '/'.join(path[-2:]), path[-1]) if key in CHILDREN), None)
    if rule is None:
        if names:
            wrong.append(f'{"/".join(path)}: has {names}, it is a text')
    else:
        at = 0
        for want in rule:
            name, many = want.rstrip('?*+'), want[-1] if want[-1] in '?*+' else '1'
            count = 0
            while at < len(names) and names[at] == name:
                at, count = at + 1, count + 1
            if (many in '1+' and count == 0) or (many in '1?' and count > 1):
                wrong.append(f'{"/".join(path)}: {count} of {name}')
        if at < len(names):
            wrong.append(f'{"/".join(path)}: {names[at]} out of its order')
    text = (element.text or '').strip()
    target = REFERENCES.get('/'.join(path[-2:]))
    if target is not None:
        for reference in text.split() or ['']:
            if reference not in by_id or plain(by_id[reference]) != target:
                wrong.append(f'{"/".join(path)}: {reference} is no {target}')
    if path[-1] in NUMBERS:
        try:
            float(text)
        except ValueError:
            wrong.append(f'{"/".join(path)}: {text!r} is no number')
    if path[-1] in CHOICES and text not in CHOICES[path[-1]]:
        wrong.append(f'{"/".join(path)}: {text!r} is none of the schema\'s words')
    for child in element:
        check(child, path + [plain(child)])


check(root, [plain(root)])
plugs = {}
for connector in root.iter('Connector_occurrence'):
    for point in connector.iter('Contact_points'):
        plugs[point.get('id')] = f"{connector.findtext('Id')}:{point.findtext('Id')}"
joined = collections.defaultdict(set)
for connection in root.iter('Connection'):
    a, b = (plugs[end.findtext('Contact_point')] for end in connection.iter('Extremities'))
    joined[a].add(b)
    joined[b].add(a)
reach = {}
for start in joined:
    seen, open_ = {start}, [start]
    while open_:
        for other in joined[open_.pop()] - seen:
            seen.add(other)
            open_.append(other)
    reach[start] = sorted(seen)
metres = sum(float(wire.find('Length_information').find('Length_value').findtext('Value_component')) for wire in root.iter('General_wire_occurrence')) / 1000
json.dump({'wrong': wrong, 'reach': reach, 'wires_m': metres, 'wires': sum(1 for _ in root.iter('Connection'))}, sys.stdout)
